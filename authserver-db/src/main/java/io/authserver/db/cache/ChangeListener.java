package io.authserver.db.cache;

/** Is told what changed in the database. Called in the feed's thread; returns soon. */
public interface ChangeListener {
  /** A row changed. */
  void changed(Dependency row);

  /** Anything may have changed. */
  void anythingMayHaveChanged();
}
