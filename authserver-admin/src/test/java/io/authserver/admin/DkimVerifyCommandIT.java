package io.authserver.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.TestNameServer;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.sign.DkimSigner;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningProfile;
import io.authserver.smtp.message.HeaderSection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;

/** Needs no database: a message in a file, and DNS on loopback or a file of records. */
class DkimVerifyCommandIT {
  private static final SigningKey RSA =
      new SigningKey("example.org", "r1", DkimPrivateKey.generateRsa(2048));
  private static final SigningKey ED25519 =
      new SigningKey("example.org", "e1", DkimPrivateKey.generateEd25519());
  private static final String HEADER =
      "From: a@example.org\r\nSubject: gr\u00fc\u00dfe\r\n \tfolded\r\n";
  private static final String BODY = "text  \r\n\r\n.\r\n";

  @TempDir private Path directory;
  private final Cli cli = new Cli();
  private String signed = "";

  @BeforeEach
  void sign() {
    SigningPass pass =
        DkimSigner.begin(
            HeaderSection.of(HEADER.getBytes(ISO_8859_1)),
            SigningProfile.standard(),
            List.of(RSA, ED25519),
            Instant.now().minusSeconds(60),
            null);
    byte[] body = BODY.getBytes(ISO_8859_1);
    pass.body(body, 0, body.length);
    signed = new String(pass.finish().fields(), ISO_8859_1) + HEADER + "\r\n" + BODY;
  }

  private String message(String text) throws Exception {
    return file("message", text);
  }

  private String file(String name, String text) throws Exception {
    return Files.write(directory.resolve(name), text.getBytes(ISO_8859_1)).toString();
  }

  private String records() throws Exception {
    String zone =
        String.join(
            "\n",
            "# a zone line in parentheses, and a plain one",
            "R1._domainkey.example.org. 3600 IN TXT (",
            strings(RSA.key().publicKey().dnsRecord()) + ")",
            "",
            "e1._domainkey.example.org " + ED25519.key().publicKey().dnsRecord(),
            "");
    return file("records", zone);
  }

  private static String strings(String text) {
    return "  \"" + text.substring(0, 200) + "\"\n  \"" + text.substring(200) + "\" ";
  }

  @Test
  void verifiesWithRecordsFromAFile() throws Exception {
    String records = records();
    List<Map<String, Object>> rows =
        cli.run("dkim", "verify", message(signed), "--records", records, "-f", "json").rows();
    assertEquals(2, rows.size());
    assertEquals("pass", rows.get(0).get("result"));
    assertEquals("example.org", rows.get(0).get("domain"));
    assertEquals("rsa-sha256", rows.get(0).get("algorithm"));
    assertEquals(2048L, rows.get(0).get("key_bits"));
    assertEquals("e1", rows.get(1).get("selector"));
    assertEquals("pass", rows.get(1).get("result"));
    String table = cli.ok("dkim", "verify", message(signed), "--records", records).out();
    assertTrue(table.startsWith("RESULT "), table);
  }

  /** Mail files have LF; an mbox has a line before the first field. */
  @Test
  void mailFilesAreTakenAsMail() throws Exception {
    String records = records();
    String unix = signed.replace("\r\n", "\n");
    cli.ok("dkim", "verify", message(unix), "--records", records);
    String mbox = "From a@example.org Sat Nov 21 12:00:00 2026\n" + unix;
    cli.ok("dkim", "verify", message(mbox), "--records", records);
    String ascii = signed.replace("gr\u00fc\u00dfe", "greetings");
    cli.piped(ascii, "dkim", "verify", "-", "--records", records).exits(1);
  }

  @Test
  void readsStandardInput() throws Exception {
    SigningPass pass =
        DkimSigner.begin(
            HeaderSection.of("From: a@example.org\r\n".getBytes(ISO_8859_1)),
            SigningProfile.standard(),
            List.of(RSA),
            Instant.now().minusSeconds(60),
            null);
    String fields = new String(pass.finish().fields(), ISO_8859_1);
    cli.piped(fields + "From: a@example.org\n", "dkim", "verify", "-", "--records", records())
        .exits(0);
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    Cli.Result changed =
        cli.run(
            "dkim",
            "verify",
            message(signed.replace("text", "text!")),
            "--records",
            records(),
            "-f",
            "json");
    changed.exits(1);
    assertTrue(changed.out().contains("\"bodyHashMismatch\""), changed.out());
    String unsigned = message(HEADER + "\r\n" + BODY);
    Cli.Result none = cli.run("dkim", "verify", unsigned, "--records", records());
    none.exits(1);
    assertEquals("authserver: the message has no DKIM signature\n", none.err());
    String noKeys = file("none", "");
    Cli.Result missing = cli.run("dkim", "verify", message(signed), "--records", noKeys);
    missing.exits(1);
    assertTrue(missing.out().contains("no record r1._domainkey.example.org"), missing.out());
  }

  @Test
  void asksDns() throws Exception {
    try (TestNameServer server = new TestNameServer()) {
      server.txt(RSA.recordName(), RSA.key().publicKey().dnsRecord());
      server.cname(ED25519.recordName(), "keys.example.net");
      server.txt("keys.example.net", ED25519.key().publicKey().dnsRecord());
      String[] call = {"dkim", "verify", message(signed), "--resolver", server.address()};
      cli.ok(call);
    }
    try (TestNameServer server = new TestNameServer()) {
      server.txt(RSA.recordName(), RSA.key().publicKey().dnsRecord());
      server.otherwise(Rcode.SERVFAIL);
      Cli.Result silent =
          cli.run("dkim", "verify", message(signed), "--resolver", server.address());
      silent.exits(3);
      assertTrue(silent.out().contains("temperror"), silent.out());
      cli.run(
              "dkim",
              "verify",
              message(signed.replace("text", "x")),
              "--resolver",
              server.address())
          .exits(1);
    }
  }

  @Test
  void wrongUsageIsSaid() throws Exception {
    String records = records();
    cli.run("dkim", "verify").exits(2);
    cli.run("dkim", "verify", "x", "--records", records, "--resolver", "localhost").exits(2);
    String nowhere = directory.resolve("nowhere").toString();
    cli.run("dkim", "verify", nowhere, "--records", records).refuses(nowhere + " cannot be read");
    cli.run("dkim", "verify", records, "--records", nowhere).refuses(nowhere + " cannot be read");
    String open = file("open", "x TXT ( \"a\"\n");
    cli.run("dkim", "verify", records, "--records", open)
        .refuses(open + ": line 1: a parenthesis is not closed");
    String word = file("word", "\n; c\nx\n");
    cli.run("dkim", "verify", records, "--records", word)
        .refuses(word + ": line 3 is not a name and a record");
  }

  @Test
  void aLargeMessageIsReadInPieces() throws Exception {
    String body = "0123456789abcdef\r\n".repeat(100_000);
    SigningPass pass =
        DkimSigner.begin(
            HeaderSection.of(HEADER.getBytes(ISO_8859_1)),
            SigningProfile.standard(),
            List.of(ED25519),
            Instant.now().minusSeconds(60),
            null);
    byte[] bytes = body.getBytes(ISO_8859_1);
    pass.body(bytes, 0, bytes.length);
    String whole = new String(pass.finish().fields(), ISO_8859_1) + HEADER + "\r\n" + body;
    String records = records();
    cli.ok("dkim", "verify", message(whole), "--records", records);
    cli.ok("dkim", "verify", message(whole.replace("\r\n", "\n")), "--records", records);
    cli.run("dkim", "verify", message("x".repeat(17 << 20)), "--records", records)
        .refuses("the header section has more than 16 MiB");
  }
}
