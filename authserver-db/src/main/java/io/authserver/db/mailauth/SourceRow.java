package io.authserver.db.mailauth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of the reference's database; {@code id} is its primary key there. */
sealed interface SourceRow {
  /** The longest text of a key in characters; a PEM key of 4096 bits has 3,300. */
  int MAX_KEY_TEXT = 65_536;

  /** The most members of a list. */
  int MAX_MEMBERS = 100_000;

  /**
   * A domain.
   *
   * @param keyPem with one character more than {@link #MAX_KEY_TEXT} where it is longer than that
   */
  record Domain(
      long id,
      String name,
      @Nullable String selector,
      @Nullable String keyPem,
      @Nullable String redirectTo,
      boolean transactional)
      implements SourceRow {
    @Override
    public String toString() {
      return "Domain[" + id + ", " + name + "]";
    }
  }

  /** A user. */
  record User(
      String uuid,
      String identifier,
      @Nullable String password,
      @Nullable String fullName,
      boolean staff,
      boolean active)
      implements SourceRow {
    @Override
    public String toString() {
      return "User[" + uuid + "]";
    }
  }

  /**
   * A user's delivery mailbox.
   *
   * @param aliasUser whose alias it is, or null for a list's or nobody's
   */
  record Mailbox(
      String uuid,
      String identifier,
      long domainId,
      String domain,
      String mailPrefix,
      @Nullable String aliasUser)
      implements SourceRow {}

  /**
   * A mailing list.
   *
   * @param addresses with one more than {@link #MAX_MEMBERS} where there are more than that
   * @param leadsBack whether an alias of the list is its {@code new_mailfrom}
   */
  record MailingList(
      long id,
      @Nullable String name,
      List<String> addresses,
      @Nullable String newMailFrom,
      @Nullable String owner,
      boolean leadsBack)
      implements SourceRow {}

  /** An alias. */
  record Alias(
      long id,
      long domainId,
      String domain,
      String mailPrefix,
      @Nullable String user,
      @Nullable Long list,
      boolean blacklisted)
      implements SourceRow {}

  /** A service user. */
  record ServiceUser(
      long id,
      @Nullable String user,
      @Nullable String username,
      @Nullable String password,
      @Nullable String description)
      implements SourceRow {
    @Override
    public String toString() {
      return "ServiceUser[" + id + "]";
    }
  }

  /** A permission, by the name that services ask for and the one that people read. */
  record Permission(long id, @Nullable String name, @Nullable String description)
      implements SourceRow {}

  /** A group. */
  record Group(long id, @Nullable String name) implements SourceRow {}

  /** One has the other: ids as text. */
  record Tie(String holder, String held) implements SourceRow {}

  /** A column without a counterpart, and how many rows use it. */
  record Unused(String column, long rows) implements SourceRow {}
}
