package io.authserver.db.cache;

/** Counts what caches do. Called often, by many threads. */
public interface CacheMetrics {
  /** Counts nothing. */
  CacheMetrics NONE = (cache, event, count) -> {};

  /** What happened to a key. */
  enum Event {
    /** Answered from the cache. */
    HIT,
    /** Answered by the database. */
    MISS,
    /** Answered from the cache, because the database did not answer. */
    STALE,
    /** Dropped because it changed. */
    DROPPED,
    /** Dropped because the cache was full. */
    EVICTED
  }

  /** Counts. */
  void count(String cache, Event event, int count);
}
