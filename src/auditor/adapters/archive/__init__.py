"""Where bundles are kept for years: a directory, or a versioned bucket that nobody can empty."""
