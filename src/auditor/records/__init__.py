"""The documents that a controller keeps: how they are read, what stands in them, and their published JSON Schemas.

Known by the collectors and by the command line alike, so that what ``auditor records check`` accepts is collected.
"""
