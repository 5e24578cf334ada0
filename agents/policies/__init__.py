"""Who decides what is done next. A policy chooses and never performs."""
