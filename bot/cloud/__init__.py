"""The edge to TencentDB for MongoDB: one signed call, its answers and errors."""
