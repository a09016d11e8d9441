package dev.treadle.cli.files;

import dev.treadle.cli.records.NewFile;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle files` and its four operations: what to type, and what it means.
@Command(
    name = "files",
    header = "Maps, counts or hashes files of any size, and prints one record for each.",
    description = "Run 'treadle files OPERATION --help' for the options of an operation.",
    synopsisSubcommandLabel = "OPERATION",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class FilesCommand implements Runnable {
  @Spec @Nullable CommandSpec spec;

  private FilesCommand() {}

  /// The command and its operations.
  public static CommandLine of(Supplier<Stdio> stdio, Opening opening) {
    return new CommandLine(new FilesCommand())
        .addSubcommand(new Upper(stdio, opening))
        .addSubcommand(new Lower(stdio, opening))
        .addSubcommand(new Count(stdio, opening))
        .addSubcommand(new Sha256(stdio, opening));
  }

  @Override
  public void run() {
    throw Usage.wrong(spec, "no operation; name one: upper, lower, count or sha256");
  }

  /// How text is read.
  static final class Text {
    @Option(
        names = "--charset",
        paramLabel = "CHARSET",
        converter = CharsetConverter.class,
        description =
            "Character set of files without a byte order mark: ISO-8859-1, say."
                + " Default: ${DEFAULT-VALUE}.")
    Charset charset = StandardCharsets.UTF_8;
  }

  /// An operation that makes new files.
  abstract static class Mapping extends OperationCommand {
    private final CaseMapping mapping;

    @Mixin Text text = new Text();

    @Option(
        names = {"-o", "--out"},
        paramLabel = "DIR",
        description =
            "Folder for the results, which get the names of their sources there, and the folders as"
                + " given. Default: beside the sources, as NAME.${COMMAND-NAME}.EXT.")
    @Nullable Path out;

    @Option(names = "--force", description = "Replace files that are there already.")
    boolean force;

    Mapping(Supplier<Stdio> stdio, Opening opening, CaseMapping mapping) {
      super(stdio, opening);
      this.mapping = mapping;
    }

    @Override
    final Operation operation() {
      if (!text.charset.canEncode()) {
        throw wrong("--charset " + text.charset + " can be read but not written");
      }
      return new Operation.Mapped(mapping, text.charset);
    }

    @Override
    final Results results(Operation operation, List<Path> paths) {
      NewFile.Replace replace =
          force
              ? NewFile.Replace.ANYTHING
              : db.file() == null ? NewFile.Replace.NOTHING : NewFile.Replace.THE_SAME;
      return new Results(operation.label(), out, replace, new ArgumentIndex(paths, out));
    }
  }

  @Command(
      name = "upper",
      header = "Maps the letters of text files to upper case.",
      footer = {
        "",
        "The result is that of mapping the whole text at once, by the rules of Unicode: STRASSE for"
            + " straße. Byte order mark, line ends, permissions and times are kept. It appears whole"
            + " or not at all.",
        "",
        "A record: path, output, bytesIn, bytesOut, millis, error.",
        "Exit code: 0 all files done, 1 some failed, 2 wrong usage, 130 interrupted.",
        "",
        "Examples:",
        "  treadle files upper notes.txt                notes.upper.txt beside it",
        "  treadle files upper -r texts --out results   results/texts/..."
      })
  static final class Upper extends Mapping {
    Upper(Supplier<Stdio> stdio, Opening opening) {
      super(stdio, opening, CaseMapping.UPPER);
    }
  }

  @Command(
      name = "lower",
      header = "Maps the letters of text files to lower case.",
      footer = {
        "",
        "The result is that of mapping the whole text at once, by the rules of Unicode: a sigma at"
            + " the end of a word is a final one. Byte order mark, line ends, permissions and times"
            + " are kept. It appears whole or not at all.",
        "",
        "A record: path, output, bytesIn, bytesOut, millis, error.",
        "Exit code: 0 all files done, 1 some failed, 2 wrong usage, 130 interrupted.",
        "",
        "Examples:",
        "  treadle files lower NOTES.TXT                NOTES.lower.TXT beside it",
        "  treadle files lower -r texts --out results   results/texts/..."
      })
  static final class Lower extends Mapping {
    Lower(Supplier<Stdio> stdio, Opening opening) {
      super(stdio, opening, CaseMapping.LOWER);
    }
  }

  @Command(
      name = "count",
      header = "Counts the lines, words and characters of text files.",
      footer = {
        "",
        "Lines are line feeds, as wc -l counts them; words are runs of characters that are no white"
            + " space; characters are those of the text, whatever bytes they take.",
        "",
        "A record: path, output, bytesIn, bytesOut, millis, error, lines, words, chars.",
        "Exit code: 0 all files done, 1 some failed, 2 wrong usage, 130 interrupted.",
        "",
        "Example:",
        "  treadle files count -r texts --csv > counts.csv"
      })
  static final class Count extends OperationCommand {
    @Mixin Text text = new Text();

    Count(Supplier<Stdio> stdio, Opening opening) {
      super(stdio, opening);
    }

    @Override
    Operation operation() {
      return new Operation.Counted(text.charset);
    }
  }

  @Command(
      name = "sha256",
      header = "Computes the SHA-256 digests of files.",
      footer = {
        "",
        "Without --json or --csv the output is that of sha256sum, which can check it.",
        "",
        "A record: path, output, bytesIn, bytesOut, millis, error, sha256.",
        "Exit code: 0 all files done, 1 some failed, 2 wrong usage, 130 interrupted.",
        "",
        "Example:",
        "  treadle files sha256 -r photos > photos.sha256"
      })
  static final class Sha256 extends OperationCommand {
    Sha256(Supplier<Stdio> stdio, Opening opening) {
      super(stdio, opening);
    }

    @Override
    Operation operation() {
      return new Operation.Hashed();
    }
  }
}
