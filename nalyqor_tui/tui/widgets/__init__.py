"""Widgets: each draws one thing and knows neither the app nor a screen."""
