//! Knowledge through its door, with the real embedding model.

mod embedding;
