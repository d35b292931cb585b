package io.authserver.dkimsigner;

import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.server.HeaderCost;

/**
 * What signing has in memory for a header section at a time, at most: the section once more where
 * Date or Message-ID is added, its canonical form twice; for each field a place in {@code h=} of
 * each signature, in its several forms; and what is read out of From.
 *
 * @param selfCheck whether signatures are verified before they leave, which does most of it again
 */
record SigningCost(boolean selfCheck) implements HeaderCost {
  private static final int HEADER_COPIES = 3;

  /** With four keys, and names as long as {@code Content-Transfer-Encoding}. */
  private static final int BYTES_PER_FIELD = 600;

  @Override
  public long bytes(HeaderSection header) {
    long signing =
        (long) HEADER_COPIES * header.length() + (long) BYTES_PER_FIELD * header.fieldCount();
    return (selfCheck ? 2 : 1) * signing + AuthorReader.memoryBytes(header);
  }
}
