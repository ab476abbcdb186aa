//! Functions of a program, and modules.
