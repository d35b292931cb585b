package io.authserver.mailforwarder.srs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * In which form return addresses are made and read.
 *
 * @param made in which they are made; the separated form is always read
 * @param since since when they are made so; null where that never changed
 */
public record SrsForms(SrsForm made, @Nullable Instant since) {
  /** As it was before there was another form. */
  public static final SrsForms MAILSRS = new SrsForms(SrsForm.MAILSRS, null);

  /**
   * Returns whether the form of Mail::SRS is read: while it is made, and after a change for as long
   * as an address lives.
   *
   * @param day the days since 1970
   */
  boolean readsMailSrs(long day, int maxAgeDays) {
    return made == SrsForm.MAILSRS || (since != null && day - Srs.epochDay(since) <= maxAgeDays);
  }
}
