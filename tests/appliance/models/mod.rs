//! Packs: fetched, checked, resumed, refused, carried. The clients are small shell scripts that hand over packages made
//! in the test; nothing here touches a network.

mod carry;
mod fixture;
mod packs;
mod pull;
