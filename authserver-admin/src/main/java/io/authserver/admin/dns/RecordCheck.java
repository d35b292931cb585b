package io.authserver.admin.dns;

import java.util.List;

/**
 * What was found out about a key's record.
 *
 * @param record the record as it should be
 * @param publication the verdict
 * @param aliases the names that the record's name leads to, by CNAME or DNAME
 * @param servers who was asked in the end, and what it said
 * @param silent who was asked on the way or in the end and did not answer, with what it did instead
 * @param testing whether the record has the flag {@code t=y}: receivers treat the mail as unsigned
 */
public record RecordCheck(
    KeyRecord record,
    Publication publication,
    List<String> aliases,
    List<ServerAnswer> servers,
    List<String> silent,
    boolean testing) {
  /**
   * What one name server said.
   *
   * @param server its name and address
   * @param said what it said of the record
   */
  public record ServerAnswer(String server, String said) {}

  /** Returns whether the key may sign. */
  public boolean isPublished() {
    return publication instanceof Publication.Published;
  }
}
