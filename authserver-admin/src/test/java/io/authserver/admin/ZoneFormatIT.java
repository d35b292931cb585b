package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.ExternalProgram;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code dkim dns} prints is read by the name servers' own checkers. */
@Needs({Oracle.NSD, Oracle.NAMED_CHECKZONE})
class ZoneFormatIT extends AdminFixture {
  private static final String HEAD =
      """
      example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 300
      example.org. 3600 IN NS ns.example.org.
      ns.example.org. 3600 IN A 192.0.2.1
      """;

  private Path zone;

  @BeforeEach
  void writeZone() throws Exception {
    cli.ok("domain", "create", "example.org");
    cli.ok("dkim", "create", "example.org", "--selector", "small");
    cli.ok("dkim", "create", "example.org", "--selector", "large.mail", "--bits", "4096");
    cli.ok("dkim", "create", "example.org", "--selector", "e", "--algorithm", "ed25519");
    cli.ok("dkim", "create", "example.org", "--selector", "old", "--algorithm", "ed25519");
    cli.ok("dkim", "activate", "example.org", "old", "--force");
    cli.ok("dkim", "retire", "example.org", "old");
    cli.ok("dkim", "revoke", "example.org", "old", "--force", "--yes");
    zone = directory.resolve("zone");
    String all = cli.ok("dkim", "dns", "example.org", "--ttl", "300").out();
    assertTrue(!all.contains("old._domainkey"), all);
    String revoked = cli.ok("dkim", "dns", "example.org", "old").out();
    assertEquals("old._domainkey.example.org. 3600 IN TXT \"v=DKIM1; k=ed25519; p=\"\n", revoked);
    assertEquals(3, all.lines().count());
    Files.writeString(zone, HEAD + all + revoked);
  }

  @Test
  void bindAndNsdReadIt() throws Exception {
    String program = Oracle.program("named-checkzone").toString();
    String nsd = Oracle.program("nsd-checkzone").toString();
    assertTrue(ExternalProgram.run(directory, nsd, "example.org", zone.toString()).contains("ok"));
    String read =
        ExternalProgram.run(
            directory, program, "-D", "-i", "local", "example.org", zone.toString());
    for (String selector : new String[] {"small", "large.mail", "e", "old"}) {
      Matcher line =
          Pattern.compile(
                  "(?m)^" + selector + "\\._domainkey\\.example\\.org\\.\\s.*\\sTXT\\s(.*)$")
              .matcher(read);
      assertTrue(line.find(), read);
      assertEquals(
          cli.ok("dkim", "dns", "example.org", selector, "--format", "plain").out(),
          selector
              + "._domainkey.example.org "
              + line.group(1).strip().replace("\" \"", "").replace("\"", "")
              + "\n");
    }
  }
}
