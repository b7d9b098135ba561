"""What leaves the tool, made of present's rows."""
