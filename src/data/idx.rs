//! The IDX format (LeCun), plain or gzipped.
