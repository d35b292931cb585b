package io.authserver.admin.doctor;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of findings: what each means, how bad it is, and what mends it. */
enum Ailment {
  SCHEMA_BEHIND(
      "schema-behind", Severity.ERROR, "migration %1$s is not applied", "authserver db migrate"),
  SCHEMA_AHEAD(
      "schema-ahead",
      Severity.ERROR,
      "the database has migration %1$s, which this program does not know",
      "install the newer programs"),
  SCHEMA_CHANGED(
      "schema-changed",
      Severity.ERROR,
      "migration %1$s is not what this database once had as that",
      "install the programs that this database was made with"),
  ROUTINE_BEHIND(
      "routine-behind",
      Severity.ERROR,
      "routine file %1$s is not installed as this program has it",
      "authserver db migrate"),
  ROUTINE_UNKNOWN(
      "routine-unknown",
      Severity.WARNING,
      "the database has routine file %1$s, which this program does not know",
      "install the newer programs"),
  ROUTINE_DRIFT(
      "routine-drift",
      Severity.ERROR,
      "a routine of file %1$s was changed or removed in the database",
      "authserver spapi install, which installs all routines anew"),
  RIGHT_MISSING(
      "right-missing",
      Severity.ERROR,
      "role %1$s lacks %2$s",
      "authserver spapi install, or authserver db bootstrap for the schema"),
  RIGHT_TOO_MANY("right-too-many", Severity.ERROR, "role %1$s has %2$s", "REVOKE it, as the owner"),
  CONSTRAINT_MISSING(
      "constraint-missing",
      Severity.ERROR,
      "constraint %1$s is missing or was never validated",
      "ALTER TABLE … VALIDATE CONSTRAINT, or add it again as migration 0001 has it"),
  TARGET_NOT_AN_ADDRESS(
      "target-not-an-address",
      Severity.ERROR,
      "list %1$s has the target %2$s, which is no address: it is skipped",
      "authserver mailinglist remove-address %1$s %2$s"),
  LIST_CIRCLE(
      "list-circle",
      Severity.ERROR,
      "list %1$s leads to itself: the circle is cut where it closes",
      "authserver mailinglist remove-address %1$s …; authserver mailinglist show %1$s"),
  LIST_TOO_LARGE(
      "list-too-large",
      Severity.ERROR,
      "list %1$s and the lists within it stand for too many addresses: its mail is refused (550"
          + " 5.2.4)",
      "authserver site edit --max-targets N, which docs/reliability.md explains, or authserver"
          + " mailinglist remove-address %1$s …"),
  LIST_EMPTY(
      "list-empty",
      Severity.ERROR,
      "list %1$s has no members: its mail is refused (550 5.1.1)",
      "authserver mailinglist add-address %1$s ADDRESS"),
  LIST_NOWHERE(
      "list-nowhere",
      Severity.ERROR,
      "no member of list %1$s receives mail",
      "authserver mailinglist add-address %1$s ADDRESS"),
  LIST_VERDICT(
      "list-verdict",
      Severity.ERROR,
      "what is stored of list %1$s is not what mailforwarder decides (%2$s): the edge takes mail"
          + " that is refused later, or refuses what would be delivered",
      "authserver spapi install, which judges all lists anew"),
  LIST_WITHOUT_OWNER(
      "list-without-owner",
      Severity.INFO,
      "nobody answers for list %1$s: bounces to it are refused (550 5.7.1)",
      "authserver mailinglist edit %1$s --owner USER, or --null-sender refuse if it shall be so"),
  LIST_MAILFROM_LEADS_BACK(
      "list-mailfrom-leads-back",
      Severity.WARNING,
      "list %1$s would send its bounces to itself as %2$s: the sender is rewritten instead",
      "authserver mailinglist edit %1$s --new-mailfrom OTHER"),
  MEMBER_NOBODY(
      "member-nobody",
      Severity.WARNING,
      "list %1$s has the member %2$s, an address of ours that is nobody's",
      "authserver mailinglist remove-address %1$s %2$s"),
  MEMBER_DISABLED(
      "member-disabled",
      Severity.WARNING,
      "list %1$s has the member %2$s, whose user is disabled or has no open mailbox",
      "authserver mailinglist remove-address %1$s %2$s"),
  MEMBER_BLOCKED(
      "member-blocked",
      Severity.WARNING,
      "list %1$s has the member %2$s, which is blocked",
      "authserver mailinglist remove-address %1$s %2$s"),
  MEMBER_INACTIVE_DOMAIN(
      "member-inactive-domain",
      Severity.WARNING,
      "list %1$s has the member %2$s, whose domain, or one that it is sent on to, is deactivated",
      "authserver domain activate DOMAIN, or authserver mailinglist remove-address %1$s %2$s"),
  MEMBER_INACTIVE_LIST(
      "member-inactive-list",
      Severity.WARNING,
      "list %1$s has the member %2$s, which stands for a deactivated list: its members are skipped",
      "authserver mailinglist activate LIST, or authserver mailinglist remove-address %1$s %2$s"),
  ALIAS_OF_INACTIVE_LIST(
      "alias-of-inactive-list",
      Severity.WARNING,
      "%1$s stands for the deactivated list %2$s: its mail is refused (550 5.2.1)",
      "authserver mailinglist activate %2$s, or authserver emailalias remove %1$s"),
  ALIAS_OF_DISABLED_USER(
      "alias-of-disabled-user",
      Severity.WARNING,
      "%1$s is an alias of the disabled user %2$s: its mail is refused as for nobody",
      "authserver user activate %2$s, or authserver emailalias remove %1$s"),
  USER_WITHOUT_MAILBOX(
      "user-without-mailbox",
      Severity.ERROR,
      "user %1$s has addresses and no delivery mailbox: mail for all of them is refused",
      "authserver user set-delivery-mailbox %1$s ADDRESS"),
  MAILBOX_BLOCKED(
      "mailbox-blocked",
      Severity.ERROR,
      "the delivery mailbox %2$s of user %1$s is blocked: mail for all the user's addresses is"
          + " refused",
      "authserver emailalias unblock %2$s"),
  MAILBOX_WITH_SLASH(
      "mailbox-with-slash",
      Severity.ERROR,
      "the delivery mailbox %2$s of user %1$s has a slash in it: a mail store that makes folders of"
          + " addresses may open another user's",
      "authserver user set-delivery-mailbox %1$s ADDRESS"),
  MAILBOX_IN_INACTIVE_DOMAIN(
      "mailbox-in-inactive-domain",
      Severity.ERROR,
      "the delivery mailbox %2$s of user %1$s is in a deactivated domain: mail for the user's"
          + " addresses in other domains is refused too",
      "authserver user set-delivery-mailbox %1$s ADDRESS, or authserver domain activate DOMAIN"),
  SRS_NO_SECRET(
      "srs-no-secret",
      Severity.WARNING,
      "the database has no secret of return addresses: the edge takes all that look like one, and"
          + " what mailforwarder refuses then becomes a bounce to whoever the sender claims to be",
      "start mailforwarder with MAILFORWARDER_SRS_SECRET, which gives it to the database, or"
          + " authserver srs-secret create"),
  SRS_SECRET_SHORT(
      "srs-secret-short",
      Severity.WARNING,
      "secret %1$s of return addresses has %2$s octets: under 16 it can be guessed",
      "authserver srs-secret create, and authserver srs-secret retire %1$s two hours later"),
  SRS_HASH_SHORT(
      "srs-hash-short",
      Severity.WARNING,
      "MAILFORWARDER_SRS_MIN_HASH_LENGTH is %1$s: a hash of fewer than 4 characters can be guessed",
      "take it out of the settings"),
  SRS_DOMAIN_UNKNOWN(
      "srs-domain-unknown",
      Severity.WARNING,
      "MAILFORWARDER_SRS_DOMAIN is %1$s, no domain of ours that takes mail: return addresses have"
          + " the domain of each alias instead",
      "authserver domain create %1$s, or authserver domain activate %1$s"),
  SRS_UNCHECKED_BY_EDGE(
      "srs-unchecked-by-edge",
      Severity.INFO,
      "return addresses in the form of Mail::SRS are taken by the edge without a look at their"
          + " hash, which needs the extension pgcrypto",
      "authserver srs-secret form separated, or CREATE EXTENSION pgcrypto"),
  DOMAIN_WITHOUT_POSTMASTER(
      "domain-without-postmaster",
      Severity.WARNING,
      "domain %1$s takes no mail for postmaster (RFC 5321 section 4.5.1)",
      "authserver emailalias create postmaster@%1$s --user USER"),
  REDIRECT_CIRCLE(
      "redirect-circle",
      Severity.ERROR,
      "the redirect of domain %1$s leads on and on, or back to it, over %2$s",
      "authserver domain edit %1$s --redirect-to none, or the same of another one"),
  REDIRECT_TO_INACTIVE_DOMAIN(
      "redirect-to-inactive-domain",
      Severity.ERROR,
      "domain %1$s redirects to %2$s, which is deactivated: what is nobody's in %1$s is refused"
          + " (550 5.2.1)",
      "authserver domain activate %2$s, or authserver domain edit %1$s --redirect-to none"),
  CATCH_ALL_NOBODY(
      "catch-all-nobody",
      Severity.ERROR,
      "%2$s, to which domain %1$s sends what is nobody's, is nobody's itself, blocked, or"
          + " deactivated",
      "authserver domain edit %1$s --catch-all ADDRESS"),
  AUTHOR_UNCHECKED(
      "author-unchecked",
      Severity.INFO,
      "mail with an author of domain %1$s is signed whoever has submitted it",
      "authserver domain edit %1$s --author-must-match domain"),
  DOMAIN_CANNOT_SIGN(
      "domain-cannot-sign",
      Severity.ERROR,
      "domain %1$s requires signatures and has no active key, nor has a parent: its mail waits (451"
          + " 4.3.5)",
      "authserver dkim create %1$s, then authserver dkim activate %1$s --all"),
  KEY_NOT_IN_DNS(
      "key-not-in-dns",
      Severity.ERROR,
      "the record of active key %1$s %2$s",
      "authserver dkim dns prints it; authserver dkim check"),
  RETIRED_KEY_NOT_IN_DNS(
      "retired-key-not-in-dns",
      Severity.WARNING,
      "the record of key %1$s, whose signatures are still under way, %2$s",
      "authserver dkim dns prints it; authserver dkim check"),
  KEY_DNS_UNCHECKED(
      "key-dns-unchecked",
      Severity.WARNING,
      "the record of key %1$s %2$s",
      "authserver dkim check, with --resolver where port 53 is closed"),
  KEY_TESTING(
      "key-testing",
      Severity.WARNING,
      "the record of active key %1$s says t=y: receivers treat its mail as unsigned",
      "publish it without t=y"),
  KEY_UNDER_OLD_WRAPPING_KEY(
      "key-under-old-wrapping-key",
      Severity.WARNING,
      "private key %1$s is not under the first wrapping key",
      "authserver dkim rewrap"),
  KEY_DOES_NOT_OPEN(
      "key-does-not-open",
      Severity.ERROR,
      "private key %1$s cannot be used: %2$s",
      "load the wrapping key that it is under, or authserver dkim rotate"),
  NOT_EXAMINED("not-examined", Severity.INFO, "%1$s: %2$s", "");

  /** How bad it is. */
  enum Severity {
    /** Mail is lost, refused, waits, or could be read by who should not. */
    ERROR,
    /** Somebody should look at it. */
    WARNING,
    /** Only said; it is no problem of the site. */
    INFO
  }

  private final String id;
  private final Severity severity;
  private final String sentence;
  private final String mend;

  Ailment(String id, Severity severity, String sentence, String mend) {
    this.id = id;
    this.severity = severity;
    this.sentence = sentence;
    this.mend = mend;
  }

  /** Returns the kind of that id. */
  static Optional<Ailment> of(String id) {
    return Arrays.stream(values()).filter(kind -> kind.id.equals(id)).findFirst();
  }

  String id() {
    return id;
  }

  Severity severity() {
    return severity;
  }

  String sentence(String object, @Nullable String detail) {
    return sentence.formatted(object, detail);
  }

  String mend(String object, @Nullable String detail) {
    return mend.formatted(quoted(object), detail == null ? "" : quoted(detail));
  }

  /** Returns an argument as a shell takes it. */
  private static String quoted(String argument) {
    return argument.matches("[A-Za-z0-9@%+=:,./_-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
