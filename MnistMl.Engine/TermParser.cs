namespace MnistMl;

/// <summary>A word of an option's text.</summary>
/// <param name="Text">The word.</param>
/// <param name="Start">The position of its first character in the option's text, from 0.</param>
sealed record Word(string Text, int Start);

/// <summary>
/// Splits the text of an option into terms, separated by commas, and each term into words, separated by white space:
/// <c>rotate 10, elastic 34 4</c> has two terms, of two and three words. Errors mark the word that is wrong.
/// </summary>
/// <param name="text">The text.</param>
sealed class TermParser(string text)
{
    /// <summary>The words of each term, in order. A term without words is one empty word.</summary>
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

    /// <summary>The exception for a wrong word: its message shows the text, and marks the word below it.</summary>
    /// <param name="word">The word.</param>
    /// <param name="message">What is wrong with it: a sentence or two.</param>
    public MnistMlException Wrong(Word word, string message)
    {
        // Only as much of the text as fits a line of any terminal: a wrapped line would not be above the mark.
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
