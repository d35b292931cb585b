package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns what PostgreSQL refuses into a sentence for a person, and the rest into a failure. */
final class Refusals {
  /** What follows the name of the thing, for each constraint that a command can run into. */
  private static final Map<String, String> PHRASES =
      Map.ofEntries(
          Map.entry("domain_name_unique", "exists already"),
          Map.entry("domain_name_valid", "is not a valid domain name"),
          Map.entry("domain_redirect_to_valid", "cannot redirect to what is no domain name"),
          Map.entry("domain_catch_all_valid", "cannot send what it catches to what is no address"),
          Map.entry(
              "domain_redirect_or_catch_all", "cannot both be redirected and have a catch-all"),
          Map.entry("domain_redirect_not_to_itself", "cannot redirect to itself"),
          Map.entry(
              "domain_require_signature_signs", "cannot require signatures that it does not make"),
          Map.entry(
              "domain_signature_expiry_valid",
              "cannot have signatures that expire within a minute or after ten years"),
          Map.entry("domain_signed_fields_valid", "cannot sign a header field of that name"),
          Map.entry(
              "domain_oversigned_fields_valid", "cannot oversign a header field of that name"),
          Map.entry(
              "domain_auid_valid",
              "cannot have that AUID: it is author, or [local-part]@ and the domain or one below"
                  + " it"),
          Map.entry("domain_key_age_valid", "cannot have a key age outside 1 to 3650 days"),
          Map.entry("domain_key_lead_valid", "cannot have a key lead outside 0 to 90 days"),
          Map.entry("domain_key_grace_valid", "cannot have a key grace outside 5 to 365 days"),
          Map.entry("dkim_key_selector_unique", "has a key with that selector already"),
          Map.entry("dkim_key_selector_valid", "cannot have a key with that selector"),
          Map.entry("dkim_key_times_in_order", "has a key with times in the future"),
          Map.entry("mail_user_identifier_unique", "exists already"),
          Map.entry(
              "mail_user_identifier_valid",
              "cannot be: an identifier has 1 to 255 octets and no white space"),
          Map.entry(
              "mail_user_full_name_valid",
              "cannot have a full name of over 1000 octets or with control characters"),
          Map.entry(
              "mail_user_delivery_mailbox_is_its_own",
              "is a user's delivery mailbox; give that user another one first"),
          Map.entry("mailing_list_name_unique", "exists already"),
          Map.entry(
              "mailing_list_name_valid",
              "cannot be: a list's name has 1 to 255 octets, no control characters, and no space at"
                  + " an end"),
          Map.entry("mailing_list_new_mailfrom_valid", "cannot have that new_mailfrom"),
          Map.entry("mailing_list_address_valid", "cannot have one of these addresses"),
          Map.entry("mailing_list_address_unique", "has one of these addresses already"),
          Map.entry("email_alias_local_part_unique", "exists already"),
          Map.entry("email_alias_local_part_valid", "is not a valid address"),
          Map.entry("email_alias_local_part_length", "has a local part of over 64 octets"),
          Map.entry(
              "email_alias_one_target",
              "has neither a user nor a list, so it can only be blocked or removed"),
          Map.entry("service_user_username_unique", "exists already"),
          Map.entry(
              "service_user_username_valid",
              "cannot be: a service user's name has 1 to 255 octets, no white space and no @"),
          Map.entry("permission_name_unique", "exists already"),
          Map.entry(
              "permission_name_valid",
              "cannot be: a permission's name has 1 to 255 octets and no white space"),
          Map.entry("user_group_name_unique", "exists already"),
          Map.entry(
              "user_group_name_valid",
              "cannot be: a group's name has 1 to 255 octets, no control characters, and no space"
                  + " at an end"),
          Map.entry("email_alias_domain_id_fkey", "still has aliases; remove them first"));

  private Refusals() {}

  /**
   * Returns the sentence for what the database refused.
   *
   * @param subject the thing the command is about, e.g. {@code alias info@example.org}
   * @throws AuthDatabaseException where it was no refusal but a failure
   */
  static RefusedException of(String subject, SQLException failure) throws AuthDatabaseException {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    String constraint = constraint(failure);
    String phrase = constraint == null ? null : PHRASES.get(constraint);
    if (phrase != null && state.startsWith("23")) {
      return new RefusedException(subject + " " + phrase);
    }
    // PostgreSQL, appendix A: error codes.
    return switch (state) {
      case "23505" -> new RefusedException(subject + " exists already");
      case "23503" ->
          new RefusedException(subject + " is still in use, or what it refers to is gone");
      case "23502", "23514", "22001", "22021" ->
          new RefusedException(
              subject
                  + " breaks a rule of the auth database"
                  + (constraint == null ? "" : ": " + constraint));
      case "40001", "40P01" ->
          new RefusedException(
              subject + " was being changed by someone else at this moment; try again");
      case "42501" ->
          new RefusedException(
              "the database role lacks a right for this; a member of authserver_admin has it");
      case "42P01", "42703", "42883", "3F000" ->
          new RefusedException(
              "the auth database is not set up or too old; run authserver db migrate");
      case "25006" ->
          new RefusedException("this database server is a read-only replica; use the primary");
      default -> throw failure(failure);
    };
  }

  /** Returns the failure without PostgreSQL's text, which can quote what was sent. */
  private static AuthDatabaseException failure(SQLException e) {
    return AuthDatabaseException.of(e);
  }

  /** Returns the rule of the schema that a statement broke, or null where it failed otherwise. */
  static @Nullable String rule(SQLException failure) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    // PostgreSQL, appendix A: integrity constraints, texts that are too long or cannot be stored.
    if (!state.startsWith("23") && !state.equals("22001") && !state.equals("22021")) {
      return null;
    }
    String constraint = constraint(failure);
    return constraint == null ? "SQLSTATE " + state : constraint;
  }

  private static @Nullable String constraint(SQLException failure) {
    if (failure instanceof PSQLException postgres) {
      ServerErrorMessage message = postgres.getServerErrorMessage();
      return message == null ? null : message.getConstraint();
    }
    return null;
  }
}
