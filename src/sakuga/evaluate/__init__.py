"""The journey that measures: folders of results in, tables of numbers and figures out."""
