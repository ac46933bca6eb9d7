// What attackers try first among long passwords: letters and digits only, lower case.
#pragma once
#include <string_view>

namespace auth::impl {

inline constexpr std::string_view common_passwords[] = {
    "012345678901234", "1234567890123456", "123456789012345", "123456789123456", "1234567891234567", "12345678901234567890",
    "987654321098765", "9876543210987654", "111222333444555", "112233445566778", "1q2w3e4r5t6y7u8i", "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv", "1qaz2wsx3edc4rfv5tgb", "abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz",
    "abcdefgh12345678", "abc123abc123abc123", "adminadminadmin", "adminadministrator", "administrator123", "administrator1234",
    "asdfghjklqwertyuiop", "asdfghjklzxcvbnm", "changemechangeme", "changeme12345678", "changeme123456789", "correcthorsebatterystaple",
    "defaultpassword", "defaultpassword1", "donttellanyone1", "football12345678", "helloworldhelloworld", "ilovemypassword",
    "iloveyou12345678", "iloveyouiloveyou", "iloveyouforever", "justforthispassword", "letmeinletmein1", "letmeinletmeinletmein",
    "letmeinplease123", "mynameispassword", "mypasswordismypassword", "mypasswordissafe", "mysecretpassword", "mysuperpassword1",
    "newpassword12345", "nopasswordneeded", "pass1234pass1234", "passwordispassword", "password12345678", "password123456789",
    "password1234567", "password1password1", "password1password2", "password123password", "passwordpassword", "passwordpassword1",
    "passwordpassword12", "passwordpassword123", "princess12345678", "qazwsxedcrfvtgb", "qazwsxedcrfvtgbyhn", "qwerty123456789",
    "qwerty1234567890", "qwerty12345qwerty", "qwertyqwertyqwerty", "qwertyuiop12345", "qwertyuiop123456", "qwertyuiop1234567890",
    "qwertyuiopasdfg", "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm", "rootrootrootroot", "secretpassword1",
    "secretpassword123", "sunshine12345678", "superadministrator", "supersecretpassword", "thequickbrownfox", "thequickbrownfoxjumps",
    "thisisapassword", "thisisapassword1", "thisismypassword", "thisismypassword1", "trustno1trustno1", "unitedstatesofamerica",
    "welcome123456789", "welcome12345678", "welcomewelcome1", "whatisthepassword", "zaq12wsxzaq12wsx", "zxcvbnmasdfghjkl",
    "zxcvbnmasdfghjklqwertyuiop",
};

}  // namespace auth::impl
