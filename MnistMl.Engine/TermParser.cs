namespace MnistMl;

/// <summary>A word of an option's text, and where it begins in it.</summary>
readonly record struct Word(string Text, int Start);

/// <summary>
/// The text of an option that is written in words: terms separated by commas, each of them words separated by blanks, such
/// as <c>rotate 10, elastic 34 4</c>. What is wrong with it is shown under the word.
/// </summary>
/// <param name="text">The text.</param>
sealed class TermParser(string text)
{
    /// <summary>The words of each term, in order; a term without any is one empty word.</summary>
    public IEnumerable<Word[]> Terms()
    {
        var start = 0;
        foreach (var term in text.Split(','))
        {
            var words = Words(start, start + term.Length).ToArray();
            yield return words.Length > 0 ? words : [new Word("", start)];
            start += term.Length + 1;
        }
    }

    /// <summary>The error that says what is wrong with a word, and shows it.</summary>
    /// <param name="word">The word.</param>
    /// <param name="message">A sentence or two.</param>
    public MnistMlException Wrong(Word word, string message)
    {
        // As much as fits a line of any terminal: broken, it would not have the word above its mark.
        const int Max = 70;
        const string Cut = "...";
        var length = Math.Clamp(word.Text.Length, 1, Max);
        var start = Math.Clamp(word.Start - (Max - length) / 2, 0, Math.Max(0, text.Length - Max));
        var end = Math.Min(text.Length, start + Max);
        var (before, after) = (start > 0 ? Cut : "", end < text.Length ? Cut : "");
        return new(string.Join(Environment.NewLine,
            message,
            $"  {before}{text[start..end]}{after}",
            $"  {new string(' ', before.Length + word.Start - start)}{new string('^', length)}"));
    }

    IEnumerable<Word> Words(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (char.IsWhiteSpace(text[i]))
                continue;
            var first = i;
            while (i < end && !char.IsWhiteSpace(text[i]))
                i++;
            yield return new Word(text[first..i], first);
        }
    }
}
