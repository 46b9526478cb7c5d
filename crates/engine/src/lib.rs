//! The workspace actor in which everything meets, and the only public API.
