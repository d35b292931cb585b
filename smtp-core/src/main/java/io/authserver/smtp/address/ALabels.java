package io.authserver.smtp.address;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Domains in A-labels (RFC 5890 §2.3.2.1), as DNS and the database know them.
 *
 * <p>Each U-label becomes its own A-label and no other's (IDNA 2008, RFC 5891 §4): it is put into
 * lower case and NFC, the mapping of RFC 5895 §2, and encoded. The JDK's {@code IDN} is IDNA 2003:
 * it turns ß into ss, final sigma into sigma, drops joiners and narrows wide letters, which makes
 * another registrant's domain of one. What IDNA 2008 forbids is encoded all the same: it gives a
 * label that nobody can have registered, and so is nobody's here.
 */
public final class ALabels {
  private static final int MAX_LABEL_OCTETS = 63;
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int INITIAL_BIAS = 72;
  private static final int INITIAL_N = 0x80;

  private ALabels() {}

  /**
   * Returns a domain in A-labels and ASCII lower case. Labels in ASCII are folded and not looked at
   * further.
   *
   * @throws IllegalArgumentException when a label has no ASCII form: over 63 octets, or with a
   *     control character, white space or half a surrogate pair
   */
  public static String of(String domain) {
    if (Mailbox.isAscii(domain)) {
      return AsciiCase.lower(domain);
    }
    StringBuilder labels = new StringBuilder(domain.length() + 16);
    for (String label : domain.split("\\.", -1)) {
      labels.append(labels.isEmpty() ? "" : ".");
      labels.append(Mailbox.isAscii(label) ? AsciiCase.lower(label) : encoded(label));
    }
    return labels.toString();
  }

  // The one place for Unicode's lower case: IDNA knows a U-label in lower case alone (RFC 5895 §2),
  // and what comes out is ASCII.
  private static String encoded(String label) {
    String mapped =
        Normalizer.normalize(label.toLowerCase(Locale.ROOT), Normalizer.Form.NFC)
            .toLowerCase(Locale.ROOT);
    int[] points = mapped.codePoints().toArray();
    for (int point : points) {
      boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      if (half || Character.isISOControl(point) || Character.isWhitespace(point)) {
        throw new IllegalArgumentException("a character that no label has");
      }
    }
    String ascii = "xn--" + punycode(points);
    if (ascii.length() > MAX_LABEL_OCTETS) {
      throw new IllegalArgumentException("a label of more than 63 octets");
    }
    return ascii;
  }

  /** Encodes a label (RFC 3492 §6.3). */
  private static String punycode(int[] points) {
    if (points.length > MAX_LABEL_OCTETS) {
      // Every code point takes an octet at least; this also bounds the work, and delta.
      throw new IllegalArgumentException("a label of more than 63 octets");
    }
    StringBuilder out = new StringBuilder();
    for (int point : points) {
      if (point < INITIAL_N) {
        out.append((char) point);
      }
    }
    int basic = out.length();
    if (basic > 0) {
      out.append('-');
    }
    int n = INITIAL_N;
    int delta = 0;
    int bias = INITIAL_BIAS;
    for (int handled = basic; handled < points.length; ) {
      int next = Integer.MAX_VALUE;
      for (int point : points) {
        if (point >= n && point < next) {
          next = point;
        }
      }
      delta += (next - n) * (handled + 1);
      n = next;
      for (int point : points) {
        if (point < n) {
          delta++;
        } else if (point == n) {
          appendDelta(out, delta, bias);
          bias = adapted(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
      delta++;
      n++;
    }
    return out.toString();
  }

  private static void appendDelta(StringBuilder out, int delta, int bias) {
    int rest = delta;
    for (int k = BASE; ; k += BASE) {
      int threshold = Math.clamp((long) k - bias, T_MIN, T_MAX);
      if (rest < threshold) {
        break;
      }
      out.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
    out.append(digit(rest));
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  /** RFC 3492 §6.1. */
  private static int adapted(int delta, int points, boolean first) {
    int rest = first ? delta / DAMP : delta / 2;
    rest += rest / points;
    int k = 0;
    while (rest > (BASE - T_MIN) * T_MAX / 2) {
      rest /= BASE - T_MIN;
      k += BASE;
    }
    return k + (BASE - T_MIN + 1) * rest / (rest + SKEW);
  }
}
