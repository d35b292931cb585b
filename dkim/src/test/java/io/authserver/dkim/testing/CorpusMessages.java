package io.authserver.dkim.testing;

import io.authserver.smtp.testing.Corpora;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The signed messages of the public corpora, with the key records that belong to them. Whoever
 * calls a method {@link io.authserver.smtp.testing.Needs} its corpus.
 */
public final class CorpusMessages {
  private static final String RESOURCES = "main/src/test/resources/org/apache/james/jdkim";

  private CorpusMessages() {}

  /**
   * A message.
   *
   * @param name its file's
   * @param message with CRLF
   */
  public record Entry(String name, byte[] message, FakeDns dns) {}

  /** Returns Mail::DKIM's messages of 2005 to 2009; their names say what was expected then. */
  public static List<Entry> mailDkim() throws IOException {
    Path folder = Corpora.folder("apache-jdkim").resolve(RESOURCES).resolve("Mail-DKIM");
    FakeDns dns = new FakeDns();
    for (String line :
        Files.readAllLines(folder.resolve("FAKE_DNS.dat"), StandardCharsets.US_ASCII)) {
      String[] parts = line.split("\\s+", 2);
      if (line.startsWith("#") || parts.length < 2 || parts[1].strip().equals("NXDOMAIN")) {
        continue;
      }
      if (parts[1].startsWith("~~")) {
        dns.silent(parts[0]);
      } else {
        dns.add(parts[0], parts[1].strip());
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (Path file : files(folder.resolve("corpus"))) {
      entries.add(
          new Entry(
              file.getFileName().toString().replace(".txt", ""), Files.readAllBytes(file), dns));
    }
    return entries;
  }

  /** Returns Stalwart's messages; all are valid. */
  public static List<Entry> stalwart() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path file : files(Corpora.folder("stalwart-mail-auth").resolve("resources/dkim"))) {
      String text = new String(Corpora.withCrlf(file), StandardCharsets.ISO_8859_1);
      int cut = text.indexOf("\r\n\r\n");
      FakeDns dns = new FakeDns();
      for (String line : text.substring(0, cut).lines().toList()) {
        int space = line.indexOf(' ');
        dns.add(line.substring(0, space), line.substring(space + 1));
      }
      byte[] message = text.substring(cut + 4).getBytes(StandardCharsets.ISO_8859_1);
      entries.add(new Entry(file.getFileName().toString(), message, dns));
    }
    return entries;
  }

  /** Returns jDKIM's collection of real mail. */
  public static List<Entry> realMails() throws IOException {
    FakeDns dns = recordsOfRealMails();
    List<Entry> entries = new ArrayList<>();
    for (Path file : files(Corpora.folder("apache-jdkim").resolve(RESOURCES).resolve("corpus"))) {
      entries.add(new Entry(file.getFileName().toString(), Corpora.withCrlf(file), dns));
    }
    return entries;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static FakeDns recordsOfRealMails() {
    return new FakeDns()
        .add(
            "gamma._domainkey.gmail.com",
            "k=rsa; t=y;"
                + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIhyR3oItOy22ZOaBrIVe9m/iME3RqOJeasANSpg2YTHTYV+Xtp4xwf5gTjCmHQEMOs0qYu0FYiNQPQogJ2t0Mfx9zNu06rfRBDjiIU9tpx2T+NGlWZ8qhbiLo5By8apJavLyqTLavyPSrvsx0B3YzC63T4Age2CDqZYA+OwSMWQIDAQAB")
        .add(
            "s1024._domainkey.yahoo.com",
            "k=rsa; t=y;"
                + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDrEee0Ri4Juz+QfiWYui/E9UGSXau/2P8LjnTD8V4Unn+2FAZVGE3kL23bzeoULYv4PeleB3gfmJiDJOKU3Ns5L4KJAUUHjFwDebt0NP+sBK0VKeTATL2Yr/S3bT/xhy+1xtj4RkdV7fVxTn56Lb4udUnwuxK4V5b5PdOKj/+XcwIDAQAB;"
                + " n=A 1024 bit key;")
        .add(
            "pmta._domainkey.myspace.com",
            "k=rsa;"
                + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQChRebhcm4h8BkIYHRxg1GlKLsDkwdrqkFJ8f88xHQ5Gf3NH4I4e06M3XQ+B4tWWK/rX0srwXFgrJPzKZK+x7gN89nmqyM+NNaM+Wm2C0GjTpx6639zK3bAAGYCm0L9lGD7PgDxpWok+YogH0Ml4acEwDw/cnhErAWAnX8doPliawIDAQAB")
        .add(
            "mail._domainkey.sqli.com",
            "k=rsa;"
                + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1CTqmkuRWkxlHcv1peAz3c0RuXHthVO1xx1Hy4HryZUJwSJo/R3cnEwKorQvlRuDSMgXSLLxI8u6n7h6mzRmHdsS/A+pKc7nx/6WS4N6U57PSNqOclxfwa27m/EIL6KTk9KDhaKsXxquQUBkP1CQEUZHPhQ/t7s4dmU/kvGFgNQIDAQAB");
  }
}
