package io.authserver.admin.command;

import io.authserver.admin.cli.Context;
import io.authserver.admin.dns.PublicationCheck;
import io.authserver.admin.dns.Resolver;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whom to ask about DNS records. */
final class ResolverOption {
  @Option(
      names = "--resolver",
      paramLabel = "HOST[:PORT]",
      converter = Converter.class,
      description =
          "Ask this name server and no other, where port 53 is closed (default: every name server"
              + " of the zone that holds the record).")
  private @Nullable Resolver resolver;

  /** Reads {@code --resolver}. */
  static final class Converter implements ITypeConverter<Resolver> {
    @Override
    public Resolver convert(String text) {
      try {
        return Resolver.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is not HOST or HOST:PORT");
      }
    }
  }

  /** Returns the check that asks them. */
  PublicationCheck check(Context context) {
    return new PublicationCheck(context.dns(), resolver);
  }
}
