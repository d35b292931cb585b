package io.authserver.smtp.author;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.author.AddressListParser.Address;
import io.authserver.smtp.author.AddressListParser.SyntaxException;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the authors of a message from its From field (RFC 5322 §3.6.2). */
public final class AuthorReader {
  /** A domain in A-labels, underscores included, or an address literal. */
  private static final Pattern DOMAIN =
      Pattern.compile("[a-z0-9_-]++(\\.[a-z0-9_-]++)*+|\\[[a-z0-9.:_-]++]");

  /** More of From is not read: a few characters of it take many times their size to tell apart. */
  public static final int MOST_BYTES = 16 << 10;

  /** What is in memory at a time for each byte, in the worst case: {@code a@b,a@b,…}. */
  private static final int MEMORY_FACTOR = 60;

  private AuthorReader() {}

  /** Returns how many bytes of memory {@link #read} takes at most. */
  public static long memoryBytes(HeaderSection header) {
    return MEMORY_FACTOR * Math.min(bytes(header.all("from")), MOST_BYTES);
  }

  private static long bytes(List<HeaderField> fields) {
    return fields.stream().mapToLong(HeaderField::length).sum();
  }

  /**
   * Returns the authors' domains, or why they cannot be told: of From fields that have more than
   * {@link #MOST_BYTES} together none is read. Never throws for a message's bytes.
   */
  public static Authors read(HeaderSection header) {
    List<HeaderField> fields = header.all("from");
    if (fields.isEmpty()) {
      return new Authors.Unclear(Authors.Reason.NO_FROM, List.of());
    }
    if (bytes(fields) > MOST_BYTES) {
      return new Authors.Unclear(Authors.Reason.LONG_FROM, List.of());
    }
    List<Address> addresses = new ArrayList<>();
    boolean unparsable = !addAll(fields, addresses);
    List<String> known = addresses.stream().map(Address::domain).distinct().toList();
    if (fields.size() > 1) {
      return new Authors.Unclear(Authors.Reason.SEVERAL_FROM, known);
    }
    if (unparsable) {
      return new Authors.Unclear(Authors.Reason.UNPARSABLE_FROM, known);
    }
    return known.isEmpty()
        ? new Authors.Unclear(Authors.Reason.NO_MAILBOX, known)
        : new Authors.Known(known, onlyLocalPart(addresses));
  }

  /**
   * Returns the mailboxes that all From fields name, as far as they can be read, each once and
   * folded: what {@link #read} takes for the authors' domains are theirs. A local part that no
   * envelope can have is a space.
   */
  public static List<Mailbox> mailboxes(HeaderSection header) {
    List<HeaderField> fields = header.all("from");
    List<Address> addresses = new ArrayList<>();
    if (bytes(fields) <= MOST_BYTES) {
      addAll(fields, addresses);
    }
    return addresses.stream().map(AuthorReader::mailbox).distinct().toList();
  }

  private static Mailbox mailbox(Address address) {
    String localPart = address.localPart();
    boolean possible =
        !localPart.isEmpty()
            && localPart.length() <= Mailbox.MAX_LOCAL_PART_OCTETS
            && localPart.chars().noneMatch(Character::isISOControl);
    return new Mailbox(possible ? AsciiCase.lower(localPart) : " ", address.domain());
  }

  /** Adds what fields name, domains folded; returns whether each field could be read to its end. */
  private static boolean addAll(List<HeaderField> fields, List<Address> addresses) {
    boolean readable = true;
    for (HeaderField field : fields) {
      try {
        for (Address address : AddressListParser.parse(field.value())) {
          addresses.add(
              new Address(address.localPart(), address.isDotAtom(), fold(address.domain())));
        }
      } catch (SyntaxException e) {
        readable = false;
      }
    }
    return readable;
  }

  private static Optional<String> onlyLocalPart(List<Address> addresses) {
    return addresses.size() == 1 && addresses.getFirst().isDotAtom()
        ? Optional.of(addresses.getFirst().localPart())
        : Optional.empty();
  }

  private static String fold(String domain) throws SyntaxException {
    try {
      String folded = Mailbox.foldDomain(domain);
      if (folded.length() <= Mailbox.MAX_DOMAIN_OCTETS && DOMAIN.matcher(folded).matches()) {
        return folded;
      }
    } catch (IllegalArgumentException e) {
      // No label in ASCII can be made of it: said below
    }
    throw new SyntaxException("not a domain");
  }
}
