"""A batch on the device: a session that moves only as `table.TABLE` allows."""
