//! Every word a person reads about a verdict, in Spanish and English.
