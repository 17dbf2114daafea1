from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Ask for e-mail address and password. Paste and password managers work."""

    username = forms.EmailField(
        label="Email address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address in the correct format, like name@example.com",
        },
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )
    error_messages = {
        "invalid_login": "The email address or password is not correct. Check both and try again.",
        "inactive": "The email address or password is not correct. Check both and try again.",
    }

    def clean_username(self):
        # One spelling, or every other mix of capitals would have ten guesses of its own.
        return self.cleaned_data["username"].lower()
