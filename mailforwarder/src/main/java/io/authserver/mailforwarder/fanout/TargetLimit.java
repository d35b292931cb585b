package io.authserver.mailforwarder.fanout;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.site.SiteStore;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many addresses one message may go to: what the database says, by which the edge takes mail
 * for a list or does not, or less where the setting says so. A change in the database counts from
 * the next message on. Safe for many threads.
 */
public final class TargetLimit {
  private static final Logger LOG = LoggerFactory.getLogger(TargetLimit.class);

  private final SiteStore site;
  private final OptionalInt setting;
  private final long workingBytes;

  /** What counted last; it goes on to count while the database does not answer. */
  private final AtomicInteger known;

  private TargetLimit(SiteStore site, OptionalInt setting, int known, long workingBytes) {
    this.site = site;
    this.setting = setting;
    this.known = new AtomicInteger(known);
    this.workingBytes = workingBytes;
  }

  /** One that the database has no part in. */
  public static TargetLimit fixed(int targets) {
    return new TargetLimit(() -> targets, OptionalInt.empty(), targets, Long.MAX_VALUE);
  }

  /**
   * Makes one.
   *
   * @param setting what lowers it
   * @param ofTheSite what the database said at start
   * @param workingBytes the memory that there is for the addresses behind recipients
   */
  public static TargetLimit of(
      SiteStore site, OptionalInt setting, int ofTheSite, long workingBytes) {
    TargetLimit limit = new TargetLimit(site, setting, smaller(setting, ofTheSite), workingBytes);
    limit.say(ofTheSite);
    return limit;
  }

  /** Returns the limit that counts: the setting can only lower the site's. */
  public static int smaller(OptionalInt setting, int ofTheSite) {
    return Math.min(setting.orElse(ofTheSite), ofTheSite);
  }

  /** Returns how many addresses one message may go to. */
  int most() {
    try {
      int ofTheSite = site.maxTargets();
      int now = smaller(setting, ofTheSite);
      if (known.getAndSet(now) != now) {
        say(ofTheSite);
      }
      return now;
    } catch (AuthDatabaseException e) {
      LOG.debug("event=database_away what=max_targets", e);
      return known.get();
    }
  }

  private void say(int ofTheSite) {
    int now = smaller(setting, ofTheSite);
    if (now < ofTheSite) {
      LOG.warn(
          "event=max_targets value={} site={}: MAILFORWARDER_MAX_TARGETS is lower than the site's"
              + " limit, so lists are refused here that the edge takes",
          now,
          ofTheSite);
    }
    if (Room.bytes(now) > workingBytes) {
      LOG.warn(
          "event=max_targets value={} needed_bytes={} working_bytes={}:"
              + " MAILFORWARDER_WORKING_MEMORY is too small for the largest list",
          now,
          Room.bytes(now),
          workingBytes);
    }
  }
}
