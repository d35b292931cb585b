package io.authserver.admin.command;

import io.authserver.admin.cli.Expiry;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.DomainSettings;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.RotationPolicy;
import io.authserver.db.alias.Delimiter;
import io.authserver.db.author.AuthorPolicy;
import io.authserver.db.signing.SignatureForm;
import io.authserver.smtp.address.AsciiCase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen for a domain, when it is created and later. */
public final class DomainOptions {
  private static final String NONE = "none";
  private static final Pattern CANONICALIZATION =
      Pattern.compile("(simple|relaxed)/(simple|relaxed)");

  @Option(
      names = {"--redirect-to", "--redirect-all-email-to"},
      paramLabel = "DOMAIN|none",
      description = "Mail for a local part without an alias goes to the same one there.")
  private @Nullable String redirectTo;

  @Option(
      names = "--catch-all",
      paramLabel = "ADDRESS|none",
      description = "Mail for all local parts without an alias goes to this address.")
  private @Nullable String catchAll;

  /** Where an extension of an address begins. */
  enum Delimiting {
    /** At a plus sign. */
    plus,
    /** At a dash. */
    dash,
    /** At either. */
    both,
    /** Nowhere. */
    none
  }

  @Option(
      names = "--delimiter",
      paramLabel = "WHICH",
      description =
          "Where an extension of its addresses begins, ${COMPLETION-CANDIDATES}: with plus mail for"
              + " alice+shop goes to alice, with dash that for alice-shop (default of a new domain:"
              + " plus).")
  private @Nullable Delimiting delimiter;

  @Option(
      names = "--transactional",
      negatable = true,
      description = "Its submitted mail may take the transactional relay, or not (default: not).")
  private @Nullable Boolean transactional;

  @Option(
      names = "--sign",
      negatable = true,
      description = "Its mail is signed, or not (default: signed).")
  private @Nullable Boolean sign;

  @Option(
      names = "--require-signature",
      negatable = true,
      description = "Mail that cannot be signed has to wait (451), or not (default: not).")
  private @Nullable Boolean requireSignature;

  @Option(
      names = "--refuse-several-authors",
      negatable = true,
      description =
          "Mail with several authors is refused (550) instead of passed unsigned, or not (default:"
              + " not).")
  private @Nullable Boolean refuseSeveralAuthors;

  @Option(
      names = "--sign-by-reverse-path",
      negatable = true,
      description =
          "Sign a foreign author's mail whose reverse-path is in this domain, or not (default:"
              + " not).")
  private @Nullable Boolean signByReversePath;

  @Option(
      names = "--signature-expiry",
      paramLabel = "TIME|none",
      converter = Expiry.Converter.class,
      description = "How long a signature is valid, such as 7d or 36h, or none (default: 7d).")
  private @Nullable Expiry expiry;

  @Option(
      names = "--canonicalization",
      paramLabel = "HEADER/BODY",
      description =
          "How much change on the way the signatures tolerate: simple or relaxed for each"
              + " (default: relaxed/relaxed).")
  private @Nullable String canonicalization;

  @Option(
      names = "--signed-fields",
      paramLabel = "NAMES|none",
      description = "Header fields that are signed too where present, with colons between.")
  private @Nullable String signedFields;

  @Option(
      names = "--oversigned-fields",
      paramLabel = "NAMES|none",
      description =
          "Header fields, beyond the default, that are signed once more than they come, so that"
              + " none can be added.")
  private @Nullable String oversignedFields;

  @Option(
      names = "--auid",
      paramLabel = "AUID|none",
      description =
          "What i= says: author for the author's address, or [local-part]@ and this domain or one"
              + " below it (default: none).")
  private @Nullable String auid;

  @Option(
      names = "--rotate-keys",
      negatable = true,
      description = "authserver dkim maintain cares for its keys, or not (default: it does).")
  private @Nullable Boolean rotateKeys;

  @Option(
      names = "--key-age",
      paramLabel = "DAYS",
      description = "How old an active key is when its successor is made (default: 180).")
  private @Nullable Integer keyAge;

  @Option(
      names = "--key-lead",
      paramLabel = "DAYS",
      description =
          "How long a successor's record has to be seen in DNS before it signs (default: 2).")
  private @Nullable Integer keyLead;

  @Option(
      names = "--key-grace",
      paramLabel = "DAYS",
      description =
          "How long a retired key stays after its last signature has expired (default: 5, and never"
              + " less).")
  private @Nullable Integer keyGrace;

  /** What who submits mail with an author of the domain must have. */
  enum MustMatch {
    /** Nothing. */
    off,
    /** An address in it. */
    domain,
    /** The author's address. */
    address
  }

  @Option(
      names = "--author-must-match",
      paramLabel = "WHAT",
      description =
          "What who submits mail with an author of this domain must have, ${COMPLETION-CANDIDATES}:"
              + " nothing, an address in it, or the author's address (default of a new domain:"
              + " domain).")
  private @Nullable MustMatch authorMustMatch;

  /** What becomes of mail where that is not so. */
  enum Mismatch {
    /** It is not signed. */
    unsigned,
    /** It is not taken. */
    refuse
  }

  @Option(
      names = "--author-mismatch",
      paramLabel = "WHAT",
      description =
          "What becomes of mail where that is not so, ${COMPLETION-CANDIDATES}: it goes out"
              + " unsigned, or is refused with 550 (default: unsigned).")
  private @Nullable Mismatch authorMismatch;

  /** Made by picocli. */
  public DomainOptions() {}

  /**
   * Returns what makes new settings of old ones: what was given is changed, the rest stays.
   *
   * @throws RefusedException where a domain is none
   * @throws UsageException where a value is malformed
   */
  UnaryOperator<DomainSettings> change() throws RefusedException, UsageException {
    @Nullable DomainName newRedirect =
        redirectTo == null || redirectTo.equals(NONE) ? null : DomainName.parse(redirectTo);
    @Nullable Address newCatchAll =
        catchAll == null || catchAll.equals(NONE) ? null : Address.parseForeign(catchAll);
    UnaryOperator<SignatureForm> form = formChange();
    return old ->
        new DomainSettings(
            redirectTo == null ? old.redirectTo() : newRedirect,
            catchAll == null ? old.catchAll() : newCatchAll,
            chosen(transactional, old.transactional()),
            chosen(sign, old.sign()),
            chosen(requireSignature, old.requireSignature()),
            chosen(refuseSeveralAuthors, old.refuseSeveralAuthors()),
            chosen(signByReversePath, old.signByReversePath()),
            expiry == null ? old.signatureExpiry() : expiry.duration(),
            form.apply(old.form()),
            rotation(old.rotation()),
            AuthorPolicy.of(
                authorMustMatch == null ? old.author().mustMatchWord() : authorMustMatch.name(),
                authorMismatch == null ? old.author().mismatchWord() : authorMismatch.name()),
            delimiter == null ? old.delimiter() : Delimiter.of(delimiter.name()));
  }

  /** Returns what to say about a choice that is carried out all the same. */
  Optional<String> warning() {
    return Optional.ofNullable(expiry)
        .flatMap(Expiry::duration)
        .filter(DomainSettings::endsEarly)
        .map(
            _ ->
                "warning: mail may wait longer in queues, ours (4 days) and the receiver's, than"
                    + " its signature is valid; 5d is the least that outlives both");
  }

  private UnaryOperator<SignatureForm> formChange() throws RefusedException, UsageException {
    @Nullable String newAuid = auid == null ? null : readAuid(auid);
    @Nullable List<String> newSigned = signedFields == null ? null : readNames(signedFields);
    @Nullable List<String> newOversigned =
        oversignedFields == null ? null : readNames(oversignedFields);
    @Nullable Matcher words =
        canonicalization == null ? null : CANONICALIZATION.matcher(canonicalization);
    if (words != null && !words.matches()) {
      throw new UsageException("--canonicalization is simple or relaxed, a slash, and one of both");
    }
    return old ->
        new SignatureForm(
            words == null ? old.headerCanonicalization() : words.group(1),
            words == null ? old.bodyCanonicalization() : words.group(2),
            newSigned == null ? old.signedFields() : newSigned,
            newOversigned == null ? old.oversignedFields() : newOversigned,
            auid == null ? old.auid() : newAuid);
  }

  private static @Nullable String readAuid(String text) throws RefusedException, UsageException {
    if (text.equals(NONE)) {
      return null;
    }
    int at = text.lastIndexOf('@');
    if (at < 0 && !text.equals(SignatureForm.AUTHOR)) {
      throw new UsageException("--auid is author, none, or [local-part]@domain");
    }
    return at < 0
        ? text
        : text.substring(0, at + 1) + DomainName.parse(text.substring(at + 1)).name();
  }

  /** Reads names as h= has them; a comma between is taken as well. */
  private static List<String> readNames(String text) {
    if (text.equals(NONE)) {
      return List.of();
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : text.split("[:,]", -1)) {
      names.add(AsciiCase.lower(name.strip()));
    }
    return List.copyOf(names);
  }

  private RotationPolicy rotation(RotationPolicy old) {
    return new RotationPolicy(
        chosen(rotateKeys, old.rotate()),
        keyAge == null ? old.ageDays() : keyAge,
        keyLead == null ? old.leadDays() : keyLead,
        keyGrace == null ? old.graceDays() : keyGrace);
  }

  private static boolean chosen(@Nullable Boolean choice, boolean old) {
    return choice == null ? old : choice;
  }
}
