"""A local, read-only browser over an archive of bundles: what is listed, the pages, and the web application."""
