#pragma once

namespace stagepass::tests {

// Made by ssh-keygen for these tests alone.

inline constexpr const char* kSshPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN666Ljrc5Lp7jxY7WIZBRYlgvcL46pdwZtz9lz3Jhos";

inline constexpr const char* kSshPrivateKey =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACDeuui463OS6e48WO1iGQUWJYL3C+OqXcGbc/Zc9yYaLAAAAJAbo1RVG6NU\n"
    "VQAAAAtzc2gtZWQyNTUxOQAAACDeuui463OS6e48WO1iGQUWJYL3C+OqXcGbc/Zc9yYaLA\n"
    "AAAEDvdmCPYa7XYUsS9gZFkYc9RZIYRT3/M468QnwvrlZSY9666Ljrc5Lp7jxY7WIZBRYl\n"
    "gvcL46pdwZtz9lz3JhosAAAAC2V2YUBleGFtcGxlAQI=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// Of the same kind, for the search of memory: no other test leaves it there.
inline constexpr const char* kOtherSshPrivateKey =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACC3kQac5/4JST9xSfcOJMktQkQArXiBxtzyXqbkFnZxDwAAAIhWDIMAVgyD\n"
    "AAAAAAtzc2gtZWQyNTUxOQAAACC3kQac5/4JST9xSfcOJMktQkQArXiBxtzyXqbkFnZxDw\n"
    "AAAEBhqEyar3YibR0MaP9k/9nyPKeB92JM7Ag3kdmXzgC4ybeRBpzn/glJP3FJ9w4kyS1C\n"
    "RACteIHG3PJepuQWdnEPAAAAAAECAwQF\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// Protected with a passphrase.
inline constexpr const char* kEncryptedSshKey =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCuekIUvL\n"
    "qM4MYtfxFsEZbzAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIB+MH8LtNU9qeT7P\n"
    "BZIXlBKCo3IyI9npFl7P9GLBDJPfAAAAkPkSCmJX998Wt1sjLpBZJv9Gy8R78af1R8w2jy\n"
    "uXP4qddWdFxHcaBsvIsKQKBYhbGsaP7iIiS2TafcHuCybFCXfKnyHMT2wdtguADmR8jF+2\n"
    "29HReHmqxcFM717snPfC/9RhRKAbDK6Ogq0sLbMJcL6g8kWmJbcIEob7s4xgtgwkqx5/U6\n"
    "D5Ya62IF94tmDGBQ==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// Of the type ecdsa-sha2-nistp256.
inline constexpr const char* kEcdsaKey =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQRJvQ/l7SLag4crv6yAdcJveZSzbowN\n"
    "x0TVEJ/ak2MpxaanCQvFSUbbT85xnE02t25GbPEgflxqVib2F6KpfzyMAAAAoM/Nn4TPzZ\n"
    "+EAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEm9D+XtItqDhyu/\n"
    "rIB1wm95lLNujA3HRNUQn9qTYynFpqcJC8VJRttPznGcTTa3bkZs8SB+XGpWJvYXoql/PI\n"
    "wAAAAgPXXBL5VcnPdGSQiW7/MkYRC8zS0HZyX+QJl6hYfAB3UAAAABZQECAwQFBgc=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

}  // namespace stagepass::tests
