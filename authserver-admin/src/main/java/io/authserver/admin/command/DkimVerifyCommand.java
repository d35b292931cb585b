package io.authserver.admin.command;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.DnsKeyLookup;
import io.authserver.admin.dns.RecordsFile;
import io.authserver.admin.dns.Resolver;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.RefusedException;
import io.authserver.dkim.verify.DkimSignature;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.KeyLookup;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.dkim.verify.VerificationResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver dkim verify}. */
@Command(
    name = "verify",
    description =
        "Verify the DKIM signatures of a message (RFC 6376, RFC 8301, RFC 8463). LF line ends count"
            + " as CRLF, as mail files have them; an mbox's first line is passed over.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:Every signature passes.",
      "1:A signature does not pass, or there is none.",
      "2:Wrong usage.",
      "3:None failed, but DNS did not answer for one."
    })
final class DkimVerifyCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("result", "reason", "domain", "selector", "algorithm", "key_bits", "detail");

  private final Context context;

  @Parameters(paramLabel = "FILE|-", description = "The message; - for standard input.")
  private String file = "";

  @Option(
      names = "--resolver",
      paramLabel = "HOST[:PORT]",
      converter = ResolverOption.Converter.class,
      description = "The name server to ask (default: this machine's).")
  private @Nullable Resolver resolver;

  @Option(
      names = "--records",
      paramLabel = "FILE",
      description =
          "Take key records from this file instead of DNS: a name and the record's text on each"
              + " line, or lines of a zone.")
  private @Nullable Path records;

  @Mixin private final FormatOption format = new FormatOption();

  DkimVerifyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException, RefusedException, UsageException {
    if (records != null && resolver != null) {
      throw new UsageException("--records and --resolver exclude each other");
    }
    KeyLookup keys =
        records == null ? DnsKeyLookup.of(context.dns(), resolver) : readRecords(records);
    List<SignatureVerdict> verdicts;
    if (file.equals("-")) {
      verdicts = verify(context.in(), keys);
    } else {
      Path path = Path.of(file);
      if (!Files.isReadable(path) || Files.isDirectory(path)) {
        throw new RefusedException(file + " cannot be read");
      }
      try (InputStream in = Files.newInputStream(path)) {
        verdicts = verify(in, keys);
      }
    }
    new Rows(verdicts.stream().map(DkimVerifyCommand::fields).toList())
        .print(format.format(), COLUMNS, context.out());
    if (verdicts.isEmpty()) {
      throw new RefusedException("the message has no DKIM signature");
    }
    return exitCode(verdicts);
  }

  private static RecordsFile readRecords(Path path) throws IOException, RefusedException {
    try {
      return RecordsFile.parse(Files.readString(path, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(path + ": " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException(path + " cannot be read");
    }
  }

  private List<SignatureVerdict> verify(InputStream in, KeyLookup keys) throws IOException {
    MailFile mail = MailFile.open(in);
    VerificationPass pass = new DkimVerifier(keys, context.clock()).begin(mail.header());
    mail.body(pass::body);
    return pass.finish();
  }

  private static int exitCode(List<SignatureVerdict> verdicts) {
    boolean silent = false;
    for (SignatureVerdict verdict : verdicts) {
      if (verdict.result() == VerificationResult.TEMPERROR) {
        silent = true;
      } else if (!verdict.passed()) {
        return ExitCode.REFUSED;
      }
    }
    return silent ? ExitCode.UNREACHABLE : ExitCode.DONE;
  }

  private static Map<String, @Nullable Object> fields(SignatureVerdict verdict) {
    DkimSignature signature = verdict.signature();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("result", verdict.result().word());
    fields.put("reason", verdict.reason() == null ? null : verdict.reason().word());
    fields.put("domain", signature == null ? null : signature.signingDomain());
    fields.put("selector", signature == null ? null : signature.selector());
    fields.put("algorithm", signature == null ? null : signature.algorithm().signatureTag());
    fields.put("key_bits", verdict.keyBits() == 0 ? null : verdict.keyBits());
    fields.put("auid", signature == null ? null : signature.auid());
    fields.put("signed_fields", signature == null ? List.of() : signature.signedFields());
    fields.put("testing", verdict.testing());
    fields.put("unsigned_body_octets", verdict.unsignedBodyOctets());
    fields.put("detail", verdict.detail().isEmpty() ? null : verdict.detail());
    return fields;
  }
}
