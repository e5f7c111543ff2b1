"""The embedded Object Storage: buckets, objects, multipart uploads."""
