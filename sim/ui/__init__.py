"""The app: one file a page, with charts, wording and theme in modules of their own."""
