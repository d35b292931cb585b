package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.output.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code authserver srs}, on its own and by the vectors that Mail::SRS made. */
class SrsCommandTest {
  private static final String AT = "2026-03-04T05:06:07Z";

  private static Cli cli(String secrets) {
    return new Cli().with("MAILFORWARDER_SRS_SECRET", secrets);
  }

  private static List<Map<String, Object>> vectors() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SrsCommandTest.class.getResourceAsStream("/vectors/srs.json"))) {
      @SuppressWarnings("unchecked") // an object at the top of the file
      Map<String, Object> file =
          (Map<String, Object>) JsonReader.read(new String(in.readAllBytes(), UTF_8));
      @SuppressWarnings("unchecked") // a list of objects
      List<Map<String, Object>> vectors = (List<Map<String, Object>>) file.get("vectors");
      return vectors;
    }
  }

  private static String secrets(Map<String, Object> vector) {
    return vector.get("secrets") instanceof List<?> several
        ? String.join("\n", several.stream().map(String::valueOf).toList())
        : String.valueOf(vector.get("secret"));
  }

  @Test
  void everyVectorOfMailSrsComesOutOfTheCommand() throws IOException {
    int forward = 0;
    int reverse = 0;
    for (Map<String, Object> vector : vectors()) {
      Cli cli = cli(secrets(vector));
      String time = String.valueOf(vector.get("time"));
      if (vector.get("op").equals("forward")) {
        String sender = String.valueOf(vector.get("sender"));
        List<String> call =
            new ArrayList<>(
                List.of("srs", "forward", "--domain", String.valueOf(vector.get("alias"))));
        call.addAll(List.of("--at", time));
        if (sender.contains("\"")) {
          call.add("--verbatim");
        }
        String made = cli.piped(sender + "\n", call.toArray(String[]::new)).exits(0).out();
        assertEquals(vector.get("result") + "\n", made, vector::toString);
        call.set(1, "reverse");
        call.subList(2, 4).clear();
        assertEquals(
            vector.get("reverse") + "\n",
            cli.piped(made, call.toArray(String[]::new)).exits(0).out(),
            vector::toString);
        forward++;
      } else {
        boolean fails = vector.get("error") != null;
        Cli.Result result =
            cli.piped(vector.get("address") + "\n", "srs", "reverse", "--at", time)
                .exits(fails ? 1 : 0);
        assertEquals((fails ? "" : vector.get("result")) + "\n", result.out(), vector::toString);
        reverse++;
      }
    }
    assertEquals(100, forward);
    assertEquals(8, reverse);
  }

  @Test
  void aLineWithoutAResultIsEmptyAndTheOthersKeepTheirPlaces() {
    Cli.Result result =
        cli("tops3cr3t")
            .piped(
                "a@x.example\nnobody\n<>\nb@x.example\r\n\nc@x.example",
                "srs",
                "forward",
                "--domain",
                "Fwd.example",
                "--at",
                AT)
            .exits(1);
    List<String> lines = result.out().lines().toList();
    assertEquals(6, lines.size(), result::toString);
    assertTrue(lines.get(0).matches("SRS0=....=\\w\\w=x\\.example=a@fwd\\.example"), lines.get(0));
    assertEquals("", lines.get(1));
    assertEquals("<>", lines.get(2));
    assertTrue(lines.get(3).endsWith("=b@fwd.example"), lines.get(3));
    assertEquals("", lines.get(4));
    assertTrue(lines.get(5).endsWith("=c@fwd.example"), lines.get(5));
    assertTrue(result.err().startsWith("authserver: line 2: not an address"), result.err());
    assertTrue(result.err().contains("\nauthserver: line 5: not an address"), result.err());
  }

  @Test
  void whatCannotBeReversedSaysWhy() {
    Cli cli = cli("tops3cr3t");
    String made =
        cli.piped("a@x.example\n", "srs", "forward", "--domain", "f.example", "--at", "2026-03-04")
            .exits(0)
            .out();
    assertEquals(
        "authserver: line 1: it has expired, or its time stamp is none\n",
        cli.piped(made, "srs", "reverse", "--at", "2026-03-26").exits(1).err());
    assertEquals(
        "a@x.example\n", cli.piped(made, "srs", "reverse", "--at", "2026-03-25").exits(0).out());
    assertEquals(
        "authserver: line 1: its hash was made with none of the secrets\n",
        cli("other").piped(made, "srs", "reverse", "--at", AT).exits(1).err());
    assertEquals(
        "authserver: line 1: not an SRS address\n",
        cli.piped("a@x.example\n", "srs", "reverse").exits(1).err());
  }

  @Test
  void jsonHasAnObjectForEachLine() {
    Cli.Result result =
        cli("tops3cr3t")
            .piped("a@x.example\n\u0000\n", "srs", "forward", "--domain", "f.example", "--json")
            .exits(1);
    List<Map<String, Object>> rows = JsonReader.rows(result.out());
    assertEquals(2, rows.size());
    assertEquals(1L, rows.get(0).get("line"));
    assertTrue(String.valueOf(rows.get(0).get("result")).startsWith("SRS0="));
    assertEquals(null, rows.get(1).get("result"));
    assertTrue(String.valueOf(rows.get(1).get("error")).startsWith("not an address"));
    assertEquals("[]\n", cli("k").piped("", "srs", "reverse", "--json").exits(0).out());
  }

  @Test
  void aLineThatIsNoTextOrTooLongIsAFaultOfThatLineAlone() {
    Cli.Result result =
        cli("k")
            .piped(
                "a".repeat(5000) + "@x.example\nb@x.example\n",
                "srs",
                "forward",
                "--domain",
                "f.example")
            .exits(1);
    assertEquals("authserver: line 1: not a line of UTF-8 of at most 1000 octets\n", result.err());
    assertEquals(2, result.out().lines().count());
  }

  @Test
  void secretsComeAsTheDaemonHasThemAndNeverAsAFlag(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "new-secret\nold-secret\n");
    String[] call = {"srs", "forward", "--domain", "f.example", "--at", AT};
    String expected = cli("new-secret").piped("a@x.example\n", call).exits(0).out();
    assertEquals(
        expected,
        new Cli()
            .hiding("new-secret")
            .with("MAILFORWARDER_SRS_SECRET_FILE", file.toString())
            .piped("a@x.example\n", call)
            .exits(0)
            .out());
    Path envDir = Files.createDirectory(directory.resolve("env"));
    Files.writeString(envDir.resolve("MAILFORWARDER_SRS_SECRET"), "new-secret");
    Files.writeString(envDir.resolve("MAILFORWARDER_SRS_DOMAIN"), "F.example");
    assertEquals(
        expected,
        new Cli()
            .piped("a@x.example\n", "srs", "forward", "--at", AT, "--env-dir", envDir.toString())
            .exits(0)
            .out());
    Cli.Result without = new Cli().piped("a@x.example\n", call).exits(2);
    assertTrue(without.err().contains("MAILFORWARDER_SRS_SECRET must be set"), without.err());
    for (String[] flag : new String[][] {{"--srs-secret", "k3pt"}, {"--srs-secret=k3pt"}}) {
      Cli.Result refused =
          new Cli()
              .hiding("k3pt")
              .run(Stream.concat(Arrays.stream(call), Arrays.stream(flag)).toArray(String[]::new))
              .exits(2);
      assertTrue(refused.err().contains("use MAILFORWARDER_SRS_SECRET_FILE"), refused.err());
    }
    Cli.Result noDomain = cli("k").piped("", "srs", "forward").exits(2);
    assertTrue(noDomain.err().contains("--domain or MAILFORWARDER_SRS_DOMAIN"), noDomain.err());
  }
}
