package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.key.DkimPrivateKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DkimFileCommandIT extends AdminFixture {
  @BeforeEach
  void createDomain() {
    cli.ok("domain", "create", "example.org");
  }

  private Path file(String name, String text) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }

  private static byte[] rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair().getPrivate().getEncoded();
  }

  private Map<String, Object> onlyKey() {
    return cli.run("dkim", "show", "example.org", "--json").row();
  }

  @Test
  void aKeyGoesOutAndComesBackInEveryForm() throws Exception {
    DkimPrivateKey rsa = DkimPrivateKey.generateRsa(2048);
    DkimPrivateKey ed25519 = DkimPrivateKey.generateEd25519();
    Path pkcs1 = file("pkcs1.pem", rsa.toPkcs1Pem());
    Path pkcs8 = file("pkcs8.pem", "Bag Attributes\n" + ed25519.toPem());
    assertTrue(Files.readString(pkcs1).startsWith("-----BEGIN RSA PRIVATE KEY-----"));

    String said =
        cli.ok("dkim", "import", "example.org", pkcs1.toString(), "--selector", "Old.Site").err();
    assertFalse(said.contains("warning"), said);
    cli.ok("dkim", "import", "example.org", pkcs8.toString(), "--selector", "e");

    List<Map<String, Object>> keys = cli.run("dkim", "show", "example.org", "--json").rows();
    assertEquals("old.site", keys.getFirst().get("selector"));
    assertEquals("active", keys.getFirst().get("state"));
    assertEquals(2048L, keys.getFirst().get("bits"));
    assertEquals("active", keys.getLast().get("state"));

    String out = directory.resolve("out.pem").toString();
    cli.ok("dkim", "export", "example.org", "old.site", "-o", out, "--format", "pkcs1");
    assertEquals(Files.readString(pkcs1), Files.readString(Path.of(out)));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(out))));
    cli.run("dkim", "export", "example.org", "old.site", "-o", out)
        .refuses("file " + out + " exists already; it was not overwritten");
    Cli.Result printed = cli.ok("dkim", "export", "example.org", "e", "-o", "-");
    assertEquals(ed25519.toPem(), printed.out());
    assertTrue(printed.err().contains("a secret"), printed.err());
    String publicPem = cli.ok("dkim", "export", "example.org", "e", "--public").out();
    assertEquals(ed25519.publicKey().toPem(), publicPem);

    assertEquals(
        List.of("imported", "imported", "exported", "exported", "exported"),
        cli.run("dkim", "history", "example.org", "--json").rows().stream()
            .map(row -> row.get("event"))
            .toList());
    cli.run("dkim", "export", "example.org", "e").exits(2);
    cli.run("dkim", "export", "example.org", "e", "-o", "-", "--format", "pkcs1")
        .refuses("key e of domain example.org is not RSA, and PKCS#1 is for RSA alone");
  }

  @Test
  void standardInputIsRead() {
    DkimPrivateKey key = DkimPrivateKey.generateEd25519();
    cli.piped(key.toPem(), "dkim", "import", "example.org", "-", "--selector", "s").exits(0);
    assertEquals("ed25519", onlyKey().get("algorithm"));
    String filled = key.toPem() + " ".repeat(65_536 - key.toPem().length());
    cli.piped(filled + " ", "dkim", "import", "example.org", "-", "--selector", "t")
        .refuses("standard input has more than 65536 bytes, too many for a key");
    cli.piped(filled, "dkim", "import", "example.org", "-", "--selector", "t").exits(0);
    cli.piped(key.toPem(), "dkim", "import", "example.org", "-", "--selector", "S")
        .refuses("domain example.org has a key with selector s already");
    cli.piped(key.toPem(), "dkim", "import", "example.org", "-").exits(2);
  }

  @Test
  void aWeakKeyIsTakenWithAWarningAndAWeakerOneIsNot() throws Exception {
    Path weak = file("weak.pem", pem("PRIVATE KEY", rsa(1024)));
    Path weaker = file("weaker.pem", pem("PRIVATE KEY", rsa(768)));
    Files.setPosixFilePermissions(weak, PosixFilePermissions.fromString("rw-r--r--"));

    String said = cli.ok("dkim", "import", "example.org", weak.toString(), "--selector", "s").err();
    assertTrue(said.contains("warning: an RSA key of 1024 bits is weak"), said);
    assertTrue(said.contains("weak.pem is readable for everybody"), said);
    cli.run("dkim", "import", "example.org", weaker.toString(), "--selector", "t")
        .refuses("file " + weaker + ": an RSA key has 1024 to 4096 bits, this one 768");
    cli.run("dkim", "create", "example.org", "--bits", "1024").exits(2);
  }

  @Test
  void whatIsNoUsableKeyIsRefusedWithItsReason() throws Exception {
    Path encrypted = file("a.pem", pem("ENCRYPTED PRIVATE KEY", new byte[40]));
    Path old =
        file(
            "b.pem",
            """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00

            AAAA
            -----END RSA PRIVATE KEY-----
            """);
    Path none = file("c.pem", "hello");
    for (Path file : List.of(encrypted, old)) {
      cli.run("dkim", "import", "example.org", file.toString(), "--selector", "s")
          .refuses("file " + file + ": the PEM key is encrypted: decrypt it first");
    }
    cli.run("dkim", "import", "example.org", none.toString(), "--selector", "s")
        .refuses("file " + none + ": not a PEM key: no PRIVATE KEY in it");
    Path missing = directory.resolve("missing");
    cli.run("dkim", "import", "example.org", missing.toString(), "--selector", "s")
        .refuses("file " + missing + " does not exist");
    assertEquals("[]\n", cli.run("dkim", "list", "example.org", "--json").exits(1).out());
  }

  @Test
  void aForgottenPrivateHalfCannotBeExported() {
    cli.ok("dkim", "create", "example.org", "--selector", "s", "--algorithm", "ed25519");
    cli.ok("dkim", "activate", "example.org", "s", "--force");
    cli.ok("dkim", "retire", "example.org", "s");
    cli.ok("dkim", "revoke", "example.org", "s", "--force", "--yes");
    cli.run("dkim", "export", "example.org", "s", "-o", "-")
        .refuses("key s of domain example.org is revoked and its private half was forgotten");
    List<Map<String, Object>> events = cli.run("dkim", "history", "--json").rows();
    assertEquals(
        List.of("created", "activated", "retired", "revoked"),
        events.stream().map(row -> row.get("event")).toList());
    assertEquals(
        List.of(false, true, false, true), events.stream().map(row -> row.get("forced")).toList());
    assertEquals("test_admin", events.getFirst().get("role"));
    assertEquals(System.getProperty("user.name"), events.getFirst().get("person"));
  }

  @Test
  void everySizeIsMade() {
    cli.ok("dkim", "create", "example.org", "--bits", "3072", "--selector", "m");
    assertEquals(3072L, onlyKey().get("bits"));
    Cli.Result odd = cli.run("dkim", "create", "example.org", "--bits", "2500").exits(2);
    assertTrue(odd.err().contains("--bits must be 2048, 3072 or 4096"), odd.err());
    cli.run("dkim", "create", "example.org", "--bits", "2048", "--algorithm", "ed25519").exits(2);
  }
}
