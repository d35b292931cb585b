package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.KeyFile;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyAdmin;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs of {@code authserver dkim} that read and write key files. */
final class DkimFileCommands {
  private static final String STANDARD = "-";

  private DkimFileCommands() {}

  /** {@code authserver dkim import}. */
  @Command(
      name = "import",
      description = {
        "Take a key that is in use elsewhere. It is active at once.",
        "PEM: PKCS#1 (RSA PRIVATE KEY) or PKCS#8 (PRIVATE KEY), RSA or Ed25519, not encrypted."
      })
  static final class Import extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(
        index = "1",
        paramLabel = "FILE",
        description = "The file with the private key, or - for standard input.")
    private String file = "";

    @Option(
        names = "--selector",
        required = true,
        paramLabel = "NAME",
        description = "The selector under which its record is in DNS.")
    private String selector = "";

    Import(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      DkimPrivateKey key = read();
      KeyRow made =
          context()
              .database()
              .keys()
              .create(name, new KeyMaker(context()).imported(key, selector), context().occasion());
      if (key.algorithm() == KeyAlgorithm.RSA && key.bits() < DkimPrivateKey.DEFAULT_RSA_BITS) {
        // RFC 8301 §3.2: signers SHOULD use at least 2048 bits.
        say(
            "warning: an RSA key of %d bits is weak and some receivers ignore it; follow it with one of %d (authserver dkim rotate %s)"
                .formatted(key.bits(), DkimPrivateKey.DEFAULT_RSA_BITS, made.domain()));
      }
      say(
          "imported %s key %s of domain %s; it signs now (is its record in DNS? authserver dkim check %s)"
              .formatted(made.algorithm(), made.selector(), made.domain(), made.domain()));
    }

    private DkimPrivateKey read() throws IOException, RefusedException {
      String source = file.equals(STANDARD) ? "standard input" : "file " + file;
      String pem =
          file.equals(STANDARD)
              ? KeyFile.readStandardInput(context().in())
              : KeyFile.read(Path.of(file));
      if (!file.equals(STANDARD) && KeyFile.isReadableForEverybody(Path.of(file))) {
        say("warning: " + source + " is readable for everybody; chmod go-rwx it, or remove it");
      }
      try {
        return DkimPrivateKey.fromPem(pem);
      } catch (DkimKeyException e) {
        throw new RefusedException(source + ": " + e.getMessage());
      }
    }
  }

  /** What {@code --format} takes. */
  enum PemFormat {
    /** For all keys. */
    pkcs8,
    /** For RSA keys. */
    pkcs1
  }

  /** {@code authserver dkim export}. */
  @Command(
      name = "export",
      description = "Write a key as PEM. The private key is a secret; that it left is recorded.")
  static final class Export extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(index = "1", paramLabel = "SELECTOR", description = "The key.")
    private String selector = "";

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private PemFormat format = PemFormat.pkcs8;

    @Option(names = "--public", description = "The public half, which is no secret.")
    private boolean publicHalf;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description =
            "The file to make, readable for its owner alone, or - for standard output (default with"
                + " --public).")
    private @Nullable String output;

    Export(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      String to = output;
      if (to == null) {
        if (!publicHalf) {
          throw new UsageException(
              "--output must name the file to make, or be - for standard output");
        }
        to = STANDARD;
      }
      if (publicHalf && format == PemFormat.pkcs1) {
        throw new UsageException("--public knows one format only");
      }
      KeyAdmin keys = context().database().keys();
      KeyRow key = DkimCommand.select(keys.list(name), name, List.of(selector)).getFirst();
      if (format == PemFormat.pkcs1 && !key.algorithm().equals("rsa")) {
        throw new RefusedException(
            "key %s of domain %s is not RSA, and PKCS#1 is for RSA alone"
                .formatted(key.selector(), name));
      }
      String pem = publicHalf ? KeyMaker.publicKey(key).toPem() : privatePem(keys, name, key);
      if (to.equals(STANDARD)) {
        context().out().print(pem);
      } else {
        KeyFile.create(Path.of(to), pem);
      }
      if (!publicHalf) {
        say(
            "exported the private key %s of domain %s: a secret, with which anybody can sign as the"
                    .formatted(key.selector(), name)
                + " domain");
      }
    }

    private String privatePem(KeyAdmin keys, DomainName name, KeyRow key)
        throws IOException, RefusedException, UsageException {
      WrappingKeys wrappingKeys = context().wrappingKeys();
      byte[] wrapped = keys.export(name, key.selector(), context().occasion());
      byte[] pkcs8 = wrappingKeys.unwrap(key.domain(), key.selector(), wrapped);
      try {
        DkimPrivateKey unwrapped = DkimPrivateKey.fromPkcs8(pkcs8);
        return switch (format) {
          case pkcs8 -> unwrapped.toPem();
          case pkcs1 -> unwrapped.toPkcs1Pem();
        };
      } catch (DkimKeyException e) {
        throw new RefusedException(
            "key %s of domain %s: %s".formatted(key.selector(), name, e.getMessage()));
      } finally {
        Arrays.fill(pkcs8, (byte) 0);
      }
    }
  }
}
