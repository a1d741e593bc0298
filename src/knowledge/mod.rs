//! (in work)
mod documents;
mod identifiers;
mod items;
mod limits;
mod sentences;
mod tables;
mod words;
