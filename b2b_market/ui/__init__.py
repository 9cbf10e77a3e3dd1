"""The pages' common ground: shell, macros, static files, formats, catalogues and form helpers. No business."""
