// The part's own files follow.
