"""Pipes: what is read of a queue or a stream, filtered, enriched and handed on."""
