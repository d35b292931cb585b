package io.authserver.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.Main;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import io.authserver.upgrade.Question.Kind;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the site of the revision that it is run in, and records how that revision answers. Not run
 * with the other tests, hence the name; the README beside the recordings says how.
 *
 * <p>The site is that of {@code authserver demo --keep}, then {@code commands.txt}, then mail
 * through a mailforwarder of the same revision, whose next hop does not take everything.
 */
final class SiteRecording {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Path FOLDER =
      Path.of("src/test/resources/io/authserver/upgrade", FormerSite.REVISION);

  /** Mail for these is under way by short return addresses, by long ones, by those of others. */
  private static final List<String> SENDERS =
      List.of(
          "customer@shop.test",
          "Customer+Orders@Shop.TEST",
          "o'brien/x=y@shop.test",
          "a-customer-with-a-long-name-and-a-long-address.of@customers.shop.test",
          "jürgen@shop.test",
          "SRS0=Ab1/=UV=far.test=dora@forwarder.test",
          "SRS1=Cd2+=forwarder.test==Ab1/=UV=far.test=dora@second.test",
          "SRS0=Ab1/=UV=a-domain-with-a-rather-long-name.far.test=dora@forwarder.test",
          "alice@garden.example");

  @TempDir private Path temporary;
  private final Answers answers = new Answers();
  private String url = "";

  @Test
  void record() throws Exception {
    // Who ran the commands is in the journal of the keys.
    System.setProperty("user.name", "operator");
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Duser.name=operator",
                "-Djava.io.tmpdir=" + temporary.toRealPath(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.authserver.demo.DemoMain",
                "--keep")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      Map<String, String> site = awaitReady(demo);
      url = site.get("DATABASE_URL");
      Path wrappingKey = Path.of(site.get("WRAPPING_KEY_FILE"));
      Path srs = wrappingKey.resolveSibling("srs.secret");
      runCommands(wrappingKey);
      sendMail(srs);
      Files.writeString(
          FOLDER.resolve(FormerSite.WRAPPING_KEY),
          "# A key of a test: it protects nothing but the keys in site.sql.\n"
              + Files.readString(wrappingKey));
      Files.writeString(FOLDER.resolve(FormerSite.SRS_SECRET), Files.readString(srs));
      dump();
      try (Enquiry enquiry =
          new Enquiry(new Enquiry.Access(url, url, url, url, wrappingKey, srs))) {
        for (Question question : questions()) {
          answers.put(question, enquiry.ask(question));
        }
      }
      Files.writeString(FOLDER.resolve(FormerSite.ANSWERS), answers.toString());
    } finally {
      demo.destroy();
      assertTrue(demo.waitFor(90, TimeUnit.SECONDS), "the demo does not end");
    }
  }

  private static Map<String, String> awaitReady(Process demo) throws Exception {
    Map<String, String> lines = new HashMap<>();
    BufferedReader out = demo.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); !"READY".equals(line); line = out.readLine()) {
      if (line == null) {
        throw new AssertionError("the demo ended: " + lines);
      }
      int equals = line.indexOf('=');
      lines.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return lines;
  }

  private void runCommands(Path wrappingKey) throws Exception {
    for (String line : FormerSite.lines("commands.txt")) {
      String[] halves = line.split(" < ", 2);
      List<String> words = new ArrayList<>();
      Matcher word = WORD.matcher(halves[0]);
      while (word.find()) {
        words.add(word.group(1) == null ? word.group(2) : word.group(1));
      }
      String input = halves.length == 1 ? "" : halves[1] + "\n";
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
      int status =
          Main.run(
              words.toArray(new String[0]),
              Map.of("DATABASE_URL", url, "AUTHSERVER_WRAPPING_KEY_FILE", wrappingKey.toString()),
              new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
              said,
              said);
      assertEquals(0, status, () -> line + "\n" + out.toString(StandardCharsets.UTF_8));
    }
  }

  // ---- mail

  private static Action nextHop(String line) {
    if (line.contains("<gone@far.test>")) {
      return Action.reply("550 5.1.1 No such user");
    }
    return line.contains("<later@slow.test>") || line.contains("<Émile@far.test>")
        ? Action.reply("451 4.7.1 Later")
        : Action.proceed();
  }

  private void sendMail(Path srs) throws Exception {
    execute("CREATE ROLE site_forwarder LOGIN PASSWORD 'forwarder'");
    execute("GRANT authserver_forwarder TO site_forwarder");
    int port = DaemonProcess.freePort();
    try (ScriptedNextHop hop =
            ScriptedNextHop.builder().on(Step.RCPT, event -> nextHop(event.line())).start();
        DaemonProcess daemon =
            DaemonProcess.start(
                MailForwarderMain.class,
                Map.of(
                    "DATABASE_URL", url.replaceFirst("//[^@]*@", "//site_forwarder:forwarder@"),
                    "MAILFORWARDER_SRS_SECRET_FILE", srs.toString(),
                    "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                    "MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(hop.port()),
                    "MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(hop.port())))) {
      daemon.awaitReady();
      InetSocketAddress forwarder = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      for (String sender : SENDERS) {
        for (String recipient : List.of("helen@moved.example", "solo@garden.example")) {
          int before = hop.messages().size();
          String content = "From: " + SENDERS.getFirst() + "\r\n\r\nText.\r\n";
          assertEquals(
              "250", send(forwarder, sender, recipient, content.getBytes(StandardCharsets.UTF_8)));
          answers.put(
              Question.of(Kind.RETURN_ADDRESS, sender, recipient),
              unbracketed(hop.messages().get(before).reversePath()));
        }
      }
      for (MailUnderWay mail : MailUnderWay.values()) {
        int before = hop.messages().size();
        String reply = send(forwarder, MailUnderWay.SENDER, mail.recipient(), mail.content());
        List<Message> copies = hop.messages().subList(before, hop.messages().size());
        answers.put(
            Question.of(Kind.UNDER_WAY, mail.name()),
            Map.of(
                "reply",
                reply,
                "taken",
                copies.stream()
                    .filter(Message::taken)
                    .flatMap(copy -> copy.forwardPaths().stream())
                    .map(SiteRecording::unbracketed)
                    .sorted()
                    .toList()));
      }
    }
  }

  /** Sends a message; returns the code of the last reply. */
  private static String send(
      InetSocketAddress forwarder, String sender, String recipient, byte[] content)
      throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(forwarder)) {
      client.command(latin("MAIL FROM:<" + sender + "> SMTPUTF8"), "250");
      client.command(latin("RCPT TO:<" + recipient + ">"), "250");
      return client.data(content).substring(0, 3);
    }
  }

  /** The client sends Latin-1: a character for each octet of UTF-8. */
  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String unbracketed(String path) {
    return path.substring(1, path.length() - 1);
  }

  // ---- questions

  private List<Question> questions() throws Exception {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<Question> questions = new ArrayList<>();
    List<String> addresses =
        column(
            "SELECT a.local_part || '@' || d.name FROM authserver.email_alias a"
                + " JOIN authserver.domain d ON d.id = a.domain_id ORDER BY a.id");
    List<String> domains = column("SELECT name FROM authserver.domain ORDER BY id");
    addresses.addAll(FormerSite.lines("addresses.txt"));
    domains.forEach(domain -> addresses.add("nobody@" + domain));
    domains.forEach(domain -> addresses.add("Alice+x-y@" + domain));
    for (String address : addresses) {
      questions.add(Question.of(Kind.SPAPI, address));
      questions.add(Question.of(Kind.FORMER_FORWARDER, address));
      questions.add(Question.of(Kind.EXPLAIN, MailUnderWay.SENDER, address, now));
    }
    for (String address : addresses.stream().filter(a -> !a.startsWith("fifty")).toList()) {
      String plus = address.replace("@", "+x-y@");
      String dash = address.replace("@", "-X+y@");
      for (String extended : List.of(plus, dash)) {
        questions.add(Question.of(Kind.SPAPI, extended));
        questions.add(Question.of(Kind.FORMER_FORWARDER, extended));
      }
    }
    questions.add(Question.of(Kind.FORMER_FORWARDER, "fifty-x@garden.example"));
    questions.addAll(ofOtherSenders(now));
    for (String login : column("SELECT username FROM authserver.service_user ORDER BY id")) {
      questions.add(Question.of(Kind.SPAPI, login));
    }
    for (String domain : domains) {
      questions.add(Question.of(Kind.DOMAIN, domain));
      questions.add(Question.of(Kind.FORMER_SIGNER, domain));
    }
    questions.add(Question.of(Kind.DOMAIN, "Garden.Example"));
    questions.add(Question.of(Kind.DOMAIN, "far.test"));
    questions.addAll(ofSrs());
    questions.add(Question.of(Kind.MAILBOXES));
    column("SELECT token FROM authserver.srs_token ORDER BY token")
        .forEach(token -> questions.add(Question.of(Kind.TOKEN, token)));
    column("SELECT encode(key, 'hex') FROM authserver.delivery_outcome ORDER BY 1")
        .forEach(key -> questions.add(Question.of(Kind.OUTCOME, key)));
    questions.add(Question.of(Kind.PENDING));
    return questions.stream().distinct().toList();
  }

  private List<Question> ofOtherSenders(String now) throws Exception {
    List<Question> questions = new ArrayList<>();
    for (String list :
        column(
            "SELECT a.local_part || '@' || d.name FROM authserver.email_alias a"
                + " JOIN authserver.domain d ON d.id = a.domain_id"
                + " WHERE a.list_id IS NOT NULL AND a.local_part <> 'fifty' ORDER BY a.id")) {
      questions.add(Question.of(Kind.EXPLAIN, "alice@garden.example", list, now));
      questions.add(Question.of(Kind.EXPLAIN, "<>", list, now));
    }
    for (Question made : answers.questions(Kind.RETURN_ADDRESS)) {
      questions.add(Question.of(Kind.EXPLAIN, "<>", (String) answers.get(made), now));
    }
    return questions;
  }

  private static List<Question> ofSrs() {
    return Stream.of("0", "2", "20", "23", "40")
        .flatMap(
            days ->
                Stream.of("garden.example", "moved.example", "shed.example", "closed.example")
                    .map(domain -> Question.of(Kind.SPAPI_SRS, days, "customer@shop.test", domain)))
        .toList();
  }

  // ---- the database

  private void dump() throws Exception {
    Path file = temporary.resolve("dump");
    Process program =
        new ProcessBuilder(
                "pg_dump",
                "--inserts",
                "--rows-per-insert=50",
                "--dbname",
                url,
                "--file",
                file.toString())
            .inheritIO()
            .start();
    assertEquals(0, program.waitFor(), "pg_dump");
    // Commands to psql, which protect it from what a dump might hold.
    String sql = Files.readString(file).replaceAll("(?m)^\\\\(un)?restrict \\w+\\n", "");
    Files.writeString(FOLDER.resolve(FormerSite.DUMP), sql);
  }

  private Connection connect() throws Exception {
    return DatabaseUrl.parse(url)
        .connect("recording", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(60));
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> column(String query) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
