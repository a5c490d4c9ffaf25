//! Draws a session.
