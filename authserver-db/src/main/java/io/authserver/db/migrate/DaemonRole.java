package io.authserver.db.migrate;

import java.util.List;

/** What a daemon needs the database for. */
public enum DaemonRole {
  /** dkimsigner. */
  SIGNER("authserver_signer"),
  /** mailforwarder. */
  FORWARDER("authserver_forwarder");

  private final String group;

  DaemonRole(String group) {
    this.group = group;
  }

  /** The group role whose members have these rights. */
  public String group() {
    return group;
  }

  /** The routines that the daemon calls. */
  public List<String> routines() {
    return switch (this) {
      case SIGNER ->
          List.of(
              "authserver.schema_version()",
              "authserver.signer_keys(text[])",
              "authserver.signer_profiles(text[])",
              "authserver.signer_wrapping_keys()",
              "authserver.mark_keys()");
      case FORWARDER ->
          List.of(
              "authserver.schema_version()",
              "authserver.forwarder_route(text[])",
              "authserver.forwarder_expand(bigint)",
              "authserver.forwarder_expand(bigint, integer)",
              "authserver.forwarder_max_targets()",
              "authserver.forwarder_judge_author(text,text,text)",
              "authserver.forwarder_keep_srs_tokens(text[],text[])",
              "authserver.forwarder_find_srs_tokens(text[])",
              "authserver.srs_secrets()",
              "authserver.srs_site(text)",
              "authserver.forwarder_register_srs_secrets(bytea[])",
              "authserver.set_srs_form(text)",
              "authserver.forwarder_claim_report(text)",
              "authserver.forwarder_outcomes(bytea[])",
              "authserver.forwarder_pending_envelopes(bigint[],integer)",
              "authserver.forwarder_store_outcomes(bytea[],bigint[],text[],text[],bigint)",
              "authserver.mark_keys()");
    };
  }
}
