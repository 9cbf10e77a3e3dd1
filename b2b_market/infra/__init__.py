"""Technical ground: settings, database, unit of work, trail, delivery, HTTP shapes, documents. No business."""
