"""Where the lines of a file are and what their heads tell, without reading the records."""
