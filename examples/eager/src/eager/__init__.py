"""A third party's scorer for gifworthy."""
